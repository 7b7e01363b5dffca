/// A test of an `if`, as far as two of them can be held against each other.
struct Condition {
  /// As `Expression.signature` has it.
  let source: String
  /// For `value == constant` and `value != constant`: both sides.
  private(set) var comparison: (value: String, constant: String, isEqual: Bool)?

  init(_ test: Expression) {
    source = test.signature
    guard case .compare(let first, let rest) = test.kind, rest.count == 1, let (symbol, second) = rest.first,
      symbol == .equal || symbol == .notEqual, second.isLiteral, !first.isLiteral
    else { return }
    comparison = (first.signature, second.signature, symbol == .equal)
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
