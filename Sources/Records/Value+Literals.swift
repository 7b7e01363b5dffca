// Literals, so that a record can be written as it is read: ["text": "…", "label": 1]. There is none for null:
// `value == nil` asks whether an optional is empty, and must go on doing so.

extension Value: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self = .string(text) }
}

extension Value: ExpressibleByIntegerLiteral {
  public init(integerLiteral number: Int64) { self = .integer(number) }
}

extension Value: ExpressibleByFloatLiteral {
  public init(floatLiteral number: Double) { self = .number(number) }
}

extension Value: ExpressibleByBooleanLiteral {
  public init(booleanLiteral flag: Bool) { self = .boolean(flag) }
}

extension Value: ExpressibleByArrayLiteral {
  public init(arrayLiteral items: Value...) { self = .list(items) }
}

extension Value: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral pairs: (String, Value)...) { self = .dictionary(ValueDictionary(pairs)) }
}

extension ValueDictionary: ExpressibleByDictionaryLiteral {
  /// Later values replace earlier ones of the same key.
  public init(dictionaryLiteral pairs: (String, Value)...) { self.init(pairs) }
}
