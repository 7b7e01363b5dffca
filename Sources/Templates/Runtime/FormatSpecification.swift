internal import BigInt
import Bytes

/// How a value is laid out: Python's format specification mini-language.
struct FormatSpecification {
  var fill: Text = Text(" ")
  /// One of `<`, `>`, `=`, `^`; nil for the default of the value's type.
  var align: Unicode.Scalar?
  var sign: Unicode.Scalar = "-"
  var isAlternate = false
  var zeroPads = false
  var width: Int?
  /// `,` or `_` between groups of digits.
  var grouping: Unicode.Scalar?
  var precision: Int?
  var type: Unicode.Scalar?
}

extension Machine {
  /// Reads what stands behind the colon of a replacement field.
  func specification(_ text: Text) throws(RenderFailure) -> FormatSpecification {
    var result = FormatSpecification()
    var scalars = Array(text.scalars)[...]
    func isAlign(_ scalar: Unicode.Scalar?) -> Bool {
      scalar.map { "<>=^".unicodeScalars.contains($0) } ?? false
    }
    if scalars.count >= 2, isAlign(scalars.dropFirst().first), let fill = scalars.first {
      result.fill = try region.text(String(fill))
      result.align = scalars.dropFirst().first
      scalars = scalars.dropFirst(2)
    } else if isAlign(scalars.first) {
      result.align = scalars.popFirst()
    }
    if let sign = scalars.first, "+- ".unicodeScalars.contains(sign) {
      result.sign = sign
      scalars.removeFirst()
    }
    if scalars.first == "z" { scalars.removeFirst() }
    if scalars.first == "#" {
      result.isAlternate = true
      scalars.removeFirst()
    }
    if scalars.first == "0" {
      result.zeroPads = true
      if result.align == nil { result.align = "=" }
      result.fill = result.align == "=" || isAlign(result.align) ? Text("0") : result.fill
      scalars.removeFirst()
    }
    func number() throws(RenderFailure) -> Int? {
      let digits = scalars.prefix { $0.value >= 48 && $0.value <= 57 }
      guard !digits.isEmpty else { return nil }
      scalars = scalars.dropFirst(digits.count)
      var view = String.UnicodeScalarView()
      view.append(contentsOf: digits)
      guard let value = Int(String(view)) else {
        throw valueError("Too many decimal digits in format string")
      }
      try checkSize(value)
      return value
    }
    result.width = try number()
    if let mark = scalars.first, mark == "," || mark == "_" {
      result.grouping = mark
      scalars.removeFirst()
    }
    if scalars.first == "." {
      scalars.removeFirst()
      guard let precision = try number() else { throw valueError("Format specifier missing precision") }
      result.precision = precision
    }
    guard scalars.count <= 1 else { throw valueError("Invalid format specifier") }
    result.type = scalars.first
    return result
  }

  /// `format(value, specification)`
  func appendFormatted(
    _ value: Datum, _ text: Text, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    if text.isEmpty { return try appendString(value, to: &buffer) }
    let given = try specification(text)
    switch value {
    case .text(let string), .markup(let string):
      guard given.type == nil || given.type == "s" else { throw unknownCode(given, value) }
      if given.align == "=", !given.zeroPads {
        throw valueError("'=' alignment not allowed in string format specifier")
      }
      if let mark = given.grouping { throw valueError("Cannot specify '\(mark)' with 's'.") }
      if given.sign != "-" { throw valueError("Sign not allowed in string format specifier") }
      if given.isAlternate {
        throw valueError("Alternate form (#) not allowed in string format specifier")
      }
      var specification = given
      if specification.align == nil || specification.align == "=" { specification.align = "<" }
      try appendAligned(string, specification, to: &buffer)
    case .integer, .big:
      guard case .whole(let whole)? = number(value) else { return }
      try appendFormatted(whole: whole, given, value, to: &buffer)
    case .boolean(let flag):
      try appendFormatted(whole: flag ? 1 : 0, given, value, to: &buffer)
    case .number(let number):
      guard given.type.map({ "eEfFgGn%".unicodeScalars.contains($0) }) ?? true else {
        throw unknownCode(given, value)
      }
      try appendReal(number, given, to: &buffer)
    default:
      throw typeError("unsupported format string passed to \(value.typeName).__format__")
    }
  }

  private func unknownCode(_ specification: FormatSpecification, _ value: Datum) -> RenderFailure {
    valueError(
      "Unknown format code '\(specification.type.map(String.init) ?? "")' for object of type"
        + " '\(value.typeName)'")
  }

  private func appendFormatted(
    whole: BigNumber, _ specification: FormatSpecification, _ value: Datum, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    switch specification.type {
    case nil, "d", "n":
      if specification.precision != nil {
        throw valueError("Precision not allowed in integer format specifier")
      }
      try appendWhole(whole, specification, radix: 10, prefix: "", isUpper: false, to: &buffer)
    case "x": try appendWhole(whole, specification, radix: 16, prefix: "0x", isUpper: false, to: &buffer)
    case "X": try appendWhole(whole, specification, radix: 16, prefix: "0X", isUpper: true, to: &buffer)
    case "o": try appendWhole(whole, specification, radix: 8, prefix: "0o", isUpper: false, to: &buffer)
    case "b": try appendWhole(whole, specification, radix: 2, prefix: "0b", isUpper: false, to: &buffer)
    case "c":
      guard let code = UInt32(exactly: whole), let scalar = Unicode.Scalar(code) else {
        throw runtimeError("OverflowError", "%c arg not in range(0x110000)")
      }
      try appendAligned(try region.text(String(scalar)), specification, to: &buffer)
    case "e", "E", "f", "F", "g", "G", "%": try appendReal(double(whole), specification, to: &buffer)
    default: throw unknownCode(specification, value)
    }
  }

  /// An integer's digits with sign, prefix, groups and padding.
  func appendWhole(
    _ whole: BigNumber, _ specification: FormatSpecification, radix: Int, prefix: String, isUpper: Bool,
    to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    var digits = String(whole.magnitude, radix: radix, uppercase: isUpper)
    if let precision = specification.precision, digits.utf8.count < precision {
      digits = String(repeating: "0", count: precision - digits.utf8.count) + digits
    }
    let sign = whole.sign == .minus ? "-" : specification.sign == "-" ? "" : String(specification.sign)
    try appendNumeral(
      sign: sign, prefix: specification.isAlternate ? prefix : "", digits: digits, rest: "", specification,
      groups: radix == 10 ? 3 : 4, to: &buffer)
  }

  /// A real number in the notation of the specification's type.
  func appendReal(
    _ value: Double, _ specification: FormatSpecification, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    let type = specification.type
    var text: String
    var magnitude = value.magnitude
    if type == "%" { magnitude *= 100 }
    if !magnitude.isFinite {
      text = magnitude.isNaN ? "nan" : "inf"
    } else if type == nil, specification.precision == nil {
      text = try region.build { appendNumber(magnitude, to: &$0) }.string
    } else {
      let precision = specification.precision ?? 6
      let alternate = specification.isAlternate
      switch type {
      case "e", "E": text = decimal(magnitude, "e", precision: precision, alternate: alternate)
      case "f", "F", "%": text = decimal(magnitude, "f", precision: precision, alternate: alternate)
      case nil:
        // Like g, but there is at least one digit behind the point.
        text = decimal(magnitude, "g", precision: max(1, precision), alternate: alternate)
        if !text.utf8.contains(UInt8(ascii: ".")), !text.utf8.contains(UInt8(ascii: "e")) { text += ".0" }
      default: text = decimal(magnitude, "g", precision: max(1, precision), alternate: alternate)
      }
    }
    if type == "E" || type == "G" || type == "F" { text = text.uppercased() }
    if type == "%" { text += "%" }
    let isNegative = value.sign == .minus && !value.isNaN
    let sign = isNegative ? "-" : specification.sign == "-" ? "" : String(specification.sign)
    let digits = String(text.prefix { $0.isASCII && $0.isNumber })
    try appendNumeral(
      sign: sign, prefix: "", digits: digits, rest: String(text.dropFirst(digits.count)), specification,
      groups: 3, to: &buffer)
  }

  private func appendNumeral(
    sign: String, prefix: String, digits: String, rest: String, _ specification: FormatSpecification,
    groups: Int, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    let lead = sign.utf8.count + prefix.utf8.count + rest.utf8.count
    var digits = digits
    let padsWithZeros = specification.zeroPads && (specification.align == nil || specification.align == "=")
    let width = specification.width ?? 0
    if let mark = specification.grouping {
      digits = grouped(digits, mark, groups, least: padsWithZeros ? width - lead : 0)
    } else if padsWithZeros, digits.utf8.count < width - lead {
      digits = String(repeating: "0", count: width - lead - digits.utf8.count) + digits
    }
    if specification.align == "=", !padsWithZeros {
      let missing = max(0, width - lead - digits.utf8.count)
      buffer.append(sign + prefix)
      for _ in 0..<missing { buffer.append(specification.fill.raw) }
      return buffer.append(digits + rest)
    }
    var aligned = specification
    if aligned.align == nil || aligned.align == "=" { aligned.align = ">" }
    aligned.precision = nil
    try appendAligned(try region.text(sign + prefix + digits + rest), aligned, to: &buffer)
  }

  /// Digits in groups, with zeros in front until they fill a width.
  private func grouped(_ digits: String, _ mark: Unicode.Scalar, _ size: Int, least: Int) -> String {
    var reversed: [UInt8] = []
    var count = 0
    func add(_ digit: UInt8) {
      if count > 0, count % size == 0 { reversed.append(UInt8(mark.value)) }
      reversed.append(digit)
      count += 1
    }
    for digit in digits.utf8.reversed() { add(digit) }
    while reversed.count < least { add(48) }
    return String(decoding: reversed.reversed(), as: UTF8.self)
  }

  /// A text cut to the precision and padded to the width.
  func appendAligned(
    _ text: Text, _ specification: FormatSpecification, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    var text = text
    if let precision = specification.precision { text = text[0..<text.offset(ofScalar: precision)] }
    let missing = max(0, (specification.width ?? 0) - (specification.width == nil ? 0 : text.scalarCount))
    try checkProduct(missing, specification.fill.count)
    let before =
      switch specification.align {
      case ">", "=": missing
      case "^": missing / 2
      default: 0
      }
    for _ in 0..<before { buffer.append(specification.fill.raw) }
    buffer.append(text.raw)
    for _ in before..<missing { buffer.append(specification.fill.raw) }
  }
}
