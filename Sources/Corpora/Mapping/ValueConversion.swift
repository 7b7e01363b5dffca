import Records

/// From one type of value to another, without loss.
enum ValueConversion {
  /// The value as the type says, or nil when it does not say that.
  ///
  /// Texts become numbers and truth values where they spell one; scalars become texts; an integer is a
  /// number too. Lists and dictionaries stay what they are.
  static func convert(_ value: Value, to type: ValueType) -> Value? {
    switch (type, value) {
    case (.string, .string), (.integer, .integer), (.integer, .bigInteger), (.number, .number),
      (.boolean, .boolean), (.list, .list), (.dictionary, .dictionary):
      return value
    case (.string, _): return text(value).map(Value.string)
    case (.number, .integer(let number)): return .number(Double(number))
    case (.number, .bigInteger(let digits)): return Double(digits).map(Value.number)
    case (.integer, .string(let text)): return integer(text)
    case (.number, .string(let text)): return decimal(text).map(Value.number)
    case (.boolean, .string(let text)):
      switch text {
      case "true", "True", "TRUE": return .boolean(true)
      case "false", "False", "FALSE": return .boolean(false)
      default: return nil
      }
    default: return nil
    }
  }

  /// A scalar as text; nil for null, lists and dictionaries.
  static func text(_ value: Value) -> String? {
    switch value {
    case .string(let text): text
    case .integer(let number): String(number)
    case .bigInteger(let digits): digits
    case .number(let number): "\(number)"
    case .boolean(let flag): flag ? "true" : "false"
    case .null, .list, .dictionary: nil
    }
  }

  /// An integer or a decimal number, when the text spells one.
  static func number(_ text: String) -> Value? {
    integer(text) ?? decimal(text).map(Value.number)
  }

  /// An optional sign and decimal digits, of any length.
  static func integer(_ text: String) -> Value? {
    let bytes = text.utf8
    let sign = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+")
    let digits = bytes.dropFirst(sign ? 1 : 0)
    guard !digits.isEmpty, digits.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    if let number = Int64(text) { return .integer(number) }
    let significant = digits.drop { $0 == 48 }
    return .bigInteger((bytes.first == UInt8(ascii: "-") ? "-" : "") + String(Substring(significant)))
  }

  /// A finite decimal number as JSON writes it, with an optional plus sign and digits on one side of the
  /// point at least; no hexadecimal, no infinity.
  static func decimal(_ text: String) -> Double? {
    var digits = 0
    for (place, byte) in text.utf8.enumerated() {
      switch byte {
      case 48...57: digits += 1
      case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): break
      case UInt8(ascii: "e"), UInt8(ascii: "E"): if place == 0 { return nil }
      default: return nil
      }
    }
    guard digits > 0, let number = Double(text), number.isFinite else { return nil }
    return number
  }
}
