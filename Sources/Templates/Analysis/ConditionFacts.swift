/// A test of an `if`, as far as two of them can be held against each other.
struct Condition {
  /// The source without blanks.
  let source: String
  /// For `value == constant` and `value != constant`: both sides as they are written.
  private(set) var comparison: (value: String, constant: String, isEqual: Bool)?

  init(_ test: Expression, _ text: TemplateText) {
    func written(_ expression: Expression) -> String {
      String(decoding: text.bytes[expression.range].filter { $0 > 32 }, as: UTF8.self)
    }
    source = written(test)
    guard case .compare(let first, let rest) = test.kind, rest.count == 1, let (symbol, second) = rest.first,
      symbol == .equal || symbol == .notEqual, second.isLiteral, !first.isLiteral
    else { return }
    comparison = (written(first), written(second), symbol == .equal)
  }
}

/// What is known of a record on one way through a template, so that no way contradicts itself.
struct ConditionFacts {
  private var truths: [String: Bool] = [:]
  private var values: [String: String] = [:]
  private var excluded: [String: Set<String>] = [:]

  /// nil: the condition may hold or not.
  func truth(of condition: Condition) -> Bool? {
    if let known = truths[condition.source] { return known }
    guard let (value, constant, isEqual) = condition.comparison else { return nil }
    if let known = values[value] { return (known == constant) == isEqual }
    if excluded[value]?.contains(constant) == true { return !isEqual }
    return nil
  }

  mutating func note(_ condition: Condition, _ truth: Bool) {
    truths[condition.source] = truth
    guard let (value, constant, isEqual) = condition.comparison else { return }
    if isEqual == truth {
      values[value] = constant
    } else {
      excluded[value, default: []].insert(constant)
    }
  }
}
