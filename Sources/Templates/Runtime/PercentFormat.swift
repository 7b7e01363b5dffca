internal import BigInt
import Bytes

/// `"…%s…" % values`
extension Machine {
  /// - Parameter isMarkup: what is put in is escaped and the result is markup.
  func formatted(_ format: Text, with values: Datum, isMarkup: Bool) throws(RenderFailure) -> Datum {
    var source = PercentArguments(values)
    let text = try region.build { (buffer) throws(RenderFailure) in
      var offset = 0
      while offset < format.count {
        let rest = format[offset..<format.count]
        guard let percent = rest.bytes.firstIndex(of: UInt8(ascii: "%")) else {
          buffer.append(rest.raw)
          break
        }
        buffer.append(rest[0..<percent].raw)
        offset += percent + 1
        try appendConversion(format, &offset, &source, isMarkup: isMarkup, to: &buffer)
        try checkSize(buffer.count)
      }
    }
    if source.hasUnused { throw typeError("not all arguments converted during string formatting") }
    return isMarkup ? .markup(text) : .text(text)
  }

  /// The values to be formatted, taken in turn or by name.
  private struct PercentArguments {
    private let value: Datum
    /// What was found by name last: it stands for the values from there on.
    private var named: Datum?
    private var place = 0

    init(_ value: Datum) { self.value = value }

    private var tuple: [Datum]? {
      if case .tuple(let tuple) = value { return tuple.box.items }
      return nil
    }

    mutating func next() -> Datum? {
      defer { place += 1 }
      if let tuple { return place < tuple.count ? tuple[place] : nil }
      return place == 0 ? named ?? value : nil
    }

    /// Whether names are looked up at all: Python asks for `[…]`, not for keys.
    var takesNames: Bool {
      switch value {
      case .dictionary, .list, .undefined: return true
      case .object(let object): return object.box is RangeBox
      default: return false
      }
    }

    var undefined: UndefinedNote? {
      if case .undefined(let note) = value { return note.box }
      return nil
    }

    mutating func use(_ name: Text) -> Datum?? {
      guard case .dictionary(let dictionary) = value else { return nil }
      guard let found = dictionary.box.value(name) else { return .some(nil) }
      named = found
      place = 0
      return found
    }

    var hasUnused: Bool {
      if let tuple { return place < tuple.count }
      switch value {
      // A mapping or a sequence need not be used up.
      case .dictionary, .list, .undefined: return false
      case .object(let object): return place == 0 && !(object.box is RangeBox || object.box is ViewBox)
      default: return place == 0
      }
    }
  }

  private func appendConversion(
    _ format: Text, _ offset: inout Int, _ source: inout PercentArguments, isMarkup: Bool,
    to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    func byte() throws(RenderFailure) -> UInt8 {
      guard offset < format.count else { throw valueError("incomplete format") }
      return format.start[offset]
    }
    if try byte() == UInt8(ascii: "%") {
      offset += 1
      return buffer.append("%")
    }
    if try byte() == UInt8(ascii: "(") {
      guard source.takesNames else { throw typeError("format requires a mapping") }
      let start = offset + 1
      var depth = 1
      offset += 1
      while depth > 0 {
        guard offset < format.count else { throw valueError("incomplete format key") }
        if format.start[offset] == UInt8(ascii: "(") { depth += 1 }
        if format.start[offset] == UInt8(ascii: ")") { depth -= 1 }
        offset += 1
      }
      let name = format[start..<offset - 1]
      if let note = source.undefined { throw undefinedFailure(note) }
      guard let found = source.use(name) else { throw typeError("format requires a mapping") }
      guard found != nil else {
        throw runtimeError("KeyError", try representation(.text(name)).string)
      }
    }
    var specification = FormatSpecification()
    flags: while true {
      switch try byte() {
      case UInt8(ascii: "-"): specification.align = "<"
      case UInt8(ascii: "+"): specification.sign = "+"
      case UInt8(ascii: " "): if specification.sign == "-" { specification.sign = " " }
      case UInt8(ascii: "#"): specification.isAlternate = true
      case UInt8(ascii: "0"): specification.zeroPads = true
      default: break flags
      }
      offset += 1
    }
    func size() throws(RenderFailure) -> Int? {
      if try byte() == UInt8(ascii: "*") {
        offset += 1
        switch source.next() {
        case .integer(let size)?: return size
        case .boolean(let flag)?: return flag ? 1 : 0
        case .big?: throw runtimeError("OverflowError", "Python int too large to convert to C int")
        default: throw typeError("* wants int")
        }
      }
      let start = offset
      while isDecimal(try byte()) { offset += 1 }
      guard offset > start else { return nil }
      guard let size = Int(format[start..<offset].string) else { throw valueError("width too big") }
      try checkSize(size)
      return size
    }
    if let width = try size() {
      if width < 0 { specification.align = "<" }
      specification.width = Int(clamping: width.magnitude)
      try checkSize(specification.width ?? 0)
    }
    if try byte() == UInt8(ascii: ".") {
      offset += 1
      specification.precision = max(0, try size() ?? 0)
      try checkSize(specification.precision ?? 0)
    }
    if "hlL".utf8.contains(try byte()) { offset += 1 }
    let conversion = try byte()
    offset += 1
    guard let value = source.next() else {
      throw typeError("not enough arguments for format string")
    }
    try appendPercent(value, conversion, specification, isMarkup: isMarkup, to: &buffer)
  }

  private func appendPercent(
    _ value: Datum, _ conversion: UInt8, _ given: FormatSpecification, isMarkup: Bool,
    to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    var specification = given
    switch conversion {
    case UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "a"):
      specification.zeroPads = false
      if specification.align == nil { specification.align = ">" }
      var text =
        conversion == UInt8(ascii: "s") ? try string(value) : try asciiOrNot(value, conversion)
      if isMarkup, !value.isMarkup { text = try escaped(text) }
      try appendAligned(text, specification, to: &buffer)
    case UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "u"):
      let whole: BigNumber
      switch number(value) {
      case .whole(let number): whole = number
      case .real(let number):
        guard let number = wholeNumber(number) else {
          throw number.isNaN
            ? valueError("cannot convert float NaN to integer")
            : runtimeError("OverflowError", "cannot convert float infinity to integer")
        }
        whole = number
      case nil:
        if case .undefined(let note) = value { throw undefinedFailure(note.box) }
        throw typeError("%d format: a real number is required, not \(value.typeName)")
      }
      try appendWhole(whole, specification, radix: 10, prefix: "", isUpper: false, to: &buffer)
    case UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "o"):
      guard case .whole(let whole)? = number(value) else {
        throw typeError(
          "%\(Unicode.Scalar(conversion)) format: an integer is required, not \(value.typeName)")
      }
      let isOctal = conversion == UInt8(ascii: "o")
      let isUpper = conversion == UInt8(ascii: "X")
      try appendWhole(
        whole, specification, radix: isOctal ? 8 : 16, prefix: isOctal ? "0o" : isUpper ? "0X" : "0x",
        isUpper: isUpper, to: &buffer)
    case UInt8(ascii: "e"), UInt8(ascii: "f"), UInt8(ascii: "g"), UInt8(ascii: "E"), UInt8(ascii: "F"),
      UInt8(ascii: "G"):
      if case .undefined(let note) = value { throw undefinedFailure(note.box) }
      guard let number = number(value) else {
        throw typeError("must be real number, not \(value.typeName)")
      }
      specification.type = Unicode.Scalar(conversion)
      try appendReal(number.real, specification, to: &buffer)
    case UInt8(ascii: "c"):
      specification.precision = nil
      if specification.align == nil { specification.align = ">" }
      try appendAligned(try character(value), specification, to: &buffer)
    default:
      throw valueError(
        "unsupported format character '\(Unicode.Scalar(conversion))' (0x\(String(conversion, radix: 16)))")
    }
  }

  private func asciiOrNot(_ value: Datum, _ conversion: UInt8) throws(RenderFailure) -> Text {
    let text = try representation(value)
    return conversion == UInt8(ascii: "a") ? try asciiEscaped(text) : text
  }

  /// What `ascii()` does to a representation.
  func asciiEscaped(_ text: Text) throws(RenderFailure) -> Text {
    try region.build { buffer in
      for scalar in text.scalars {
        if scalar.isASCII {
          buffer.append(UInt8(scalar.value))
        } else {
          let (mark, width) =
            scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
          let digits = String(scalar.value, radix: 16)
          buffer.append("\\" + mark + String(repeating: "0", count: width - digits.utf8.count) + digits)
        }
      }
    }
  }

  private func character(_ value: Datum) throws(RenderFailure) -> Text {
    if let text = value.asText, text.scalarCount == 1 { return text }
    guard let code = index(value) else { throw typeError("%c requires int or char") }
    guard let code = UInt32(exactly: code), let scalar = Unicode.Scalar(code) else {
      throw runtimeError("OverflowError", "%c arg not in range(0x110000)")
    }
    return try region.text(String(scalar))
  }
}
