/// Computes what needs no record, as Jinja's optimizer does.
struct ConstantFolder {
  let environment: TemplateEnvironment

  /// The value of an expression that is a literal or made of literals; nil for anything else, and where
  /// computing it fails (it then fails when it is reached).
  func fold(_ expression: Expression) -> Literal? {
    if case .constant(let literal) = expression.kind { return literal }
    return nil
  }

  /// What an output of the expression appends, when that is known.
  func text(of expression: Expression) -> String? {
    switch fold(expression) {
    case .string(let text)?: text
    case .integer(let number)?: String(number)
    case .boolean(let flag)?: flag ? "True" : "False"
    case Literal.none?: "None"
    default: nil
    }
  }

  func truth(of expression: Expression) -> Bool? {
    switch fold(expression) {
    case .boolean(let flag)?: flag
    case .string(let text)?: !text.isEmpty
    case .integer(let number)?: number != 0
    case .number(let number)?: number != 0
    case Literal.none?: false
    default: nil
    }
  }

  /// Whether an expression is made of literals alone.
  func isConstant(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .constant: return true
    case .name, .call: return false
    case .filter(let operand, let name, _):
      guard operand != nil, let filter = Filter(rawValue: name), filter.exists(in: environment) else {
        return false
      }
      // Filters that get Jinja's context are never folded.
      switch filter {
      case .random, .map, .select, .reject, .selectattr, .rejectattr: return false
      default: return expression.children.allSatisfy(isConstant)
      }
    default: return expression.children.allSatisfy(isConstant)
    }
  }
}
