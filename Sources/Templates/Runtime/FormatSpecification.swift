internal import BigInt
import Bytes

/// How a value is laid out: Python's format specification mini-language.
struct FormatSpecification {
  var fill: Text = Text(" ")
  /// One of `<`, `>`, `=`, `^`; nil for the default of the value's type.
  var align: Unicode.Scalar?
  var sign: Unicode.Scalar = "-"
  /// Whether a sign is written, be it `-`.
  var givesSign = false
  /// `z`: what rounds to zero has no minus sign.
  var isZeroUnsigned = false
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
  ///
  /// - Parameter padsLeft: whether the value's type stands on the right of its width by default.
  func specification(_ text: Text, padsLeft: Bool) throws(RenderFailure) -> FormatSpecification {
    var result = FormatSpecification()
    var scalars = Array(text.scalars)[...]
    var givesFill = false
    func isAlign(_ scalar: Unicode.Scalar?) -> Bool {
      scalar.map { "<>=^".unicodeScalars.contains($0) } ?? false
    }
    if scalars.count >= 2, isAlign(scalars.dropFirst().first), let fill = scalars.first {
      result.fill = try region.text(String(fill))
      givesFill = true
      result.align = scalars.dropFirst().first
      scalars = scalars.dropFirst(2)
    } else if isAlign(scalars.first) {
      result.align = scalars.popFirst()
    }
    if let sign = scalars.first, "+- ".unicodeScalars.contains(sign) {
      result.sign = sign
      result.givesSign = true
      scalars.removeFirst()
    }
    if scalars.first == "z" {
      result.isZeroUnsigned = true
      scalars.removeFirst()
    }
    if scalars.first == "#" {
      result.isAlternate = true
      scalars.removeFirst()
    }
    // Behind a fill of its own a 0 is but the width's first digit.
    if !givesFill, scalars.first == "0" {
      if result.align == nil, padsLeft { result.align = "=" }
      result.fill = Text("0")
      scalars.removeFirst()
    }
    result.zeroPads = result.align == "=" && result.fill.bytes.elementsEqual([48])
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
    if let mark = result.grouping, let type = result.type {
      let types = mark == "_" ? "defgEG%FboxX" : "defgEG%F"
      guard types.unicodeScalars.contains(type) else {
        throw valueError("Cannot specify '\(mark)' with '\(type)'.")
      }
    }
    return result
  }

  /// `format(value, specification)`
  func appendFormatted(
    _ value: Datum, _ text: Text, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    if text.isEmpty { return try appendString(value, to: &buffer) }
    switch value {
    case .text, .markup, .integer, .big, .boolean, .number: break
    default: throw typeError("unsupported format string passed to \(value.typeName).__format__")
    }
    let given = try specification(text, padsLeft: value.asText == nil)
    switch value {
    case .text(let string), .markup(let string):
      guard given.type == nil || given.type == "s" else { throw unknownCode(given, value) }
      if given.align == "=" {
        throw valueError("'=' alignment not allowed in string format specifier")
      }
      if let mark = given.grouping { throw valueError("Cannot specify '\(mark)' with 's'.") }
      if given.givesSign || given.isZeroUnsigned {
        throw valueError("Sign not allowed in string format specifier")
      }
      if given.isAlternate {
        throw valueError("Alternate form (#) not allowed in string format specifier")
      }
      var specification = given
      if specification.align == nil { specification.align = "<" }
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
    default: return
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
    if specification.type.map({ "dnbcoxX".unicodeScalars.contains($0) }) ?? true {
      if specification.precision != nil {
        throw valueError("Precision not allowed in integer format specifier")
      }
      if specification.isZeroUnsigned {
        throw valueError("Negative zero coercion (z) not allowed in integer format specifier")
      }
    }
    switch specification.type {
    case nil, "d", "n":
      try appendWhole(whole, specification, radix: 10, prefix: "", isUpper: false, to: &buffer)
    case "x": try appendWhole(whole, specification, radix: 16, prefix: "0x", isUpper: false, to: &buffer)
    case "X": try appendWhole(whole, specification, radix: 16, prefix: "0X", isUpper: true, to: &buffer)
    case "o": try appendWhole(whole, specification, radix: 8, prefix: "0o", isUpper: false, to: &buffer)
    case "b": try appendWhole(whole, specification, radix: 2, prefix: "0b", isUpper: false, to: &buffer)
    case "c":
      if specification.givesSign || specification.isAlternate {
        throw valueError("Sign and alternate form (#) not allowed with integer format specifier 'c'")
      }
      guard let code = UInt32(exactly: whole), let scalar = Unicode.Scalar(code) else {
        throw runtimeError("OverflowError", "%c arg not in range(0x110000)")
      }
      var aligned = specification
      if aligned.align == nil { aligned.align = ">" }
      try appendAligned(try region.text(String(scalar)), aligned, to: &buffer)
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
      if specification.isAlternate, !text.utf8.contains(UInt8(ascii: ".")),
        let exponent = text.firstIndex(of: "e")
      {
        text.insert(".", at: exponent)
      }
    } else {
      let precision = specification.precision ?? 6
      let alternate = specification.isAlternate
      switch type {
      case "e", "E": text = decimal(magnitude, "e", precision: precision, alternate: alternate)
      case "f", "F", "%": text = decimal(magnitude, "f", precision: precision, alternate: alternate)
      case nil:
        // Like g, but there is at least one digit behind the point, for which the exponent leaves room.
        let digits = max(1, precision)
        text = decimal(magnitude, "g", precision: digits, alternate: alternate)
        let scientific = decimal(magnitude, "e", precision: digits - 1, alternate: alternate)
        if let mark = scientific.firstIndex(of: "e"),
          Int(scientific[scientific.index(after: mark)...]) == digits - 1
        {
          var mantissa = String(scientific[..<mark])
          if !alternate, mantissa.utf8.contains(UInt8(ascii: ".")) {
            while mantissa.hasSuffix("0") { mantissa.removeLast() }
            if mantissa.hasSuffix(".") { mantissa.removeLast() }
          }
          text = mantissa + scientific[mark...]
        }
        if !text.utf8.contains(UInt8(ascii: ".")), !text.utf8.contains(UInt8(ascii: "e")) { text += ".0" }
      default: text = decimal(magnitude, "g", precision: max(1, precision), alternate: alternate)
      }
    }
    if type == "E" || type == "G" || type == "F" { text = text.uppercased() }
    if type == "%" { text += "%" }
    var isNegative = value.sign == .minus && !value.isNaN
    if specification.isZeroUnsigned, magnitude.isFinite,
      !text.utf8.prefix(while: { $0 | 0x20 != UInt8(ascii: "e") }).contains(where: { $0 > 48 && $0 < 58 })
    {
      isNegative = false
    }
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
