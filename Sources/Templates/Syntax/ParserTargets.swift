/// What values are assigned to: names, tuples of names, attributes of namespaces.
extension Parser {
  mutating func targetName() throws(SyntaxFailure) -> String {
    let token = try expect(.name)
    try checkAssignable(token.value, token.range)
    return token.value
  }

  private func checkAssignable(_ name: String, _ range: Range<Int>) throws(SyntaxFailure) {
    if ["true", "false", "none", "True", "False", "None"].contains(name) {
      throw failure("can't assign to 'name'", range)
    }
  }

  mutating func target(
    endingAt ends: [String], allowsNamespace: Bool = false
  ) throws(SyntaxFailure) -> Target {
    let start = current.range.lowerBound
    var items: [Target] = []
    var isTuple = false
    while true {
      if !items.isEmpty { try expect(.comma) }
      if isTupleEnd(ends) { break }
      items.append(try targetItem(allowsNamespace: allowsNamespace))
      guard isAt(.comma) else { break }
      isTuple = true
    }
    if !isTuple, let only = items.first { return only }
    guard isTuple else { throw failure("Expected an expression, got '\(current.described)'") }
    return .tuple(items, start..<max(start, previousEnd))
  }

  private mutating func targetItem(allowsNamespace: Bool) throws(SyntaxFailure) -> Target {
    let token = current
    if isAt(.leftParen) {
      // Python's parser reads what stands in parentheses as an expression and then asks whether it can be
      // assigned to.
      advance()
      let inner = try nested { (parser) throws(SyntaxFailure) in try parser.tuple(isParenthesized: true) }
      try expect(.rightParen)
      return try asTarget(inner)
    }
    if token.kind == .name, allowsNamespace, following.kind == .symbol(.dot),
      !["true", "false", "none", "True", "False", "None"].contains(token.value)
    {
      advance()
      advance()
      let attribute = try expect(.name).value
      return .namespace(token.value, attribute: attribute, token.range.lowerBound..<previousEnd)
    }
    return try asTarget(try primary())
  }

  private func asTarget(_ expression: Expression) throws(SyntaxFailure) -> Target {
    switch expression.kind {
    case .name(let name): return .name(name, expression.range)
    case .tuple(let items):
      var targets: [Target] = []
      for item in items { targets.append(try asTarget(item)) }
      return .tuple(targets, expression.range)
    case .list: throw failure("can't assign to 'list'", expression.range)
    case .dictionary: throw failure("can't assign to 'dict'", expression.range)
    case .constant: throw failure("can't assign to 'const'", expression.range)
    default: throw failure("can't assign to this expression", expression.range)
    }
  }
}
