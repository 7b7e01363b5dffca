import Records

extension Value {
  /// The value in the words of an error.
  var described: String {
    switch self {
    case .string(let text): "'\(text.unicodeScalars.count > 60 ? String(text.prefix(60)) + "…" : text)'"
    case .null: "null"
    case .list, .dictionary: "a \(kind)"
    case .boolean, .integer, .bigInteger, .number: "the \(kind) \(ValueConversion.text(self) ?? "")"
    }
  }
}

extension ValueType {
  /// The type with its article.
  var described: String { (self == .integer ? "an " : "a ") + rawValue }
}
