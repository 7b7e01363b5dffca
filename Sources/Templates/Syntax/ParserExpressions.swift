internal import BigInt

/// Expressions, from the loosest binding to the tightest.
extension Parser {
  /// One expression, or several with commas between, which make a tuple.
  mutating func tuple(
    conditionals: Bool = true, endingAt ends: [String] = [], isParenthesized: Bool = false
  ) throws(SyntaxFailure) -> Expression {
    let start = current.range.lowerBound
    var items: [Expression] = []
    var isTuple = false
    while true {
      if !items.isEmpty { try expect(.comma) }
      if isTupleEnd(ends) { break }
      items.append(try expression(conditionals: conditionals))
      guard isAt(.comma) else { break }
      isTuple = true
    }
    if !isTuple {
      if let only = items.first { return only }
      guard isParenthesized else {
        throw failure("Expected an expression, got '\(current.described)'")
      }
    }
    return try made(.tuple(items), from: start)
  }

  func isTupleEnd(_ ends: [String]) -> Bool {
    switch current.kind {
    case .variableEnd, .blockEnd, .symbol(.rightParen): true
    default: isAtName(in: ends)
    }
  }

  mutating func expression(conditionals: Bool = true) throws(SyntaxFailure) -> Expression {
    try nested { (parser) throws(SyntaxFailure) in
      conditionals ? try parser.conditionalExpression() : try parser.or()
    }
  }

  /// - Throws: for a tree too deep to be walked: a chain of operators is as deep as it is long.
  func made(_ kind: Expression.Kind, from start: Int) throws(SyntaxFailure) -> Expression {
    var made = Expression(kind: kind, range: start..<max(start, previousEnd))
    made.depth = (made.children.map(\.depth).max() ?? 0) + 1
    guard made.depth <= Self.deepestTree else {
      throw failure(
        "more than \(Self.deepestTree) operations on top of each other; divide them with 'set'", made.range)
    }
    return made
  }

  private mutating func conditionalExpression() throws(SyntaxFailure) -> Expression {
    let start = current.range.lowerBound
    var value = try or()
    while skipName("if") {
      let test = try or()
      let otherwise =
        skipName("else")
        ? try nested { (parser) throws(SyntaxFailure) in try parser.conditionalExpression() } : nil
      value = try made(.conditional(test: test, then: value, otherwise: otherwise), from: start)
    }
    return value
  }

  private mutating func or() throws(SyntaxFailure) -> Expression {
    let start = current.range.lowerBound
    var left = try and()
    while skipName("or") { left = try made(.or(left, try and()), from: start) }
    return left
  }

  private mutating func and() throws(SyntaxFailure) -> Expression {
    let start = current.range.lowerBound
    var left = try not()
    while skipName("and") { left = try made(.and(left, try not()), from: start) }
    return left
  }

  private mutating func not() throws(SyntaxFailure) -> Expression {
    let start = current.range.lowerBound
    guard skipName("not") else { return try comparison() }
    let operand = try nested { (parser) throws(SyntaxFailure) in try parser.not() }
    return try made(.unary(.not, operand), from: start)
  }

  private mutating func comparison() throws(SyntaxFailure) -> Expression {
    let start = current.range.lowerBound
    let first = try sum()
    var rest: [(ComparisonOperator, Expression)] = []
    while true {
      if case .symbol(let symbol) = current.kind,
        let comparison = ComparisonOperator(rawValue: symbol.rawValue)
      {
        advance()
        rest.append((comparison, try sum()))
      } else if skipName("in") {
        rest.append((.contained, try sum()))
      } else if isAtName("not"), following.kind == .name, following.value == "in" {
        advance()
        advance()
        rest.append((.notContained, try sum()))
      } else {
        break
      }
    }
    return rest.isEmpty ? first : try made(.compare(first, rest), from: start)
  }

  private mutating func sum() throws(SyntaxFailure) -> Expression {
    let start = current.range.lowerBound
    var left = try concatenation()
    while isAt(.add) || isAt(.sub) {
      let sign: BinaryOperator = advance().kind == .symbol(.add) ? .add : .subtract
      left = try made(.binary(sign, left, try concatenation()), from: start)
    }
    return left
  }

  private mutating func concatenation() throws(SyntaxFailure) -> Expression {
    let start = current.range.lowerBound
    var parts = [try product()]
    while skip(.tilde) { parts.append(try product()) }
    return parts.count == 1 ? parts[0] : try made(.concatenation(parts), from: start)
  }

  private mutating func product() throws(SyntaxFailure) -> Expression {
    let start = current.range.lowerBound
    var left = try power()
    while case .symbol(let symbol) = current.kind,
      [Token.Symbol.mul, .div, .floorDiv, .mod].contains(symbol),
      let sign = BinaryOperator(rawValue: symbol.rawValue)
    {
      advance()
      left = try made(.binary(sign, left, try power()), from: start)
    }
    return left
  }

  private mutating func power() throws(SyntaxFailure) -> Expression {
    let start = current.range.lowerBound
    var left = try unary()
    while skip(.pow) { left = try made(.binary(.power, left, try unary()), from: start) }
    return left
  }

  private mutating func unary(filters: Bool = true) throws(SyntaxFailure) -> Expression {
    let start = current.range.lowerBound
    var value: Expression
    if isAt(.sub) || isAt(.add) {
      let sign: UnaryOperator = advance().kind == .symbol(.sub) ? .negative : .positive
      let operand = try nested { (parser) throws(SyntaxFailure) in try parser.unary(filters: false) }
      value = try made(.unary(sign, operand), from: start)
    } else {
      value = try primary()
    }
    value = try postfix(value)
    return filters ? try filterChain(value) : value
  }

  mutating func primary() throws(SyntaxFailure) -> Expression {
    let token = current
    func literal(_ value: Literal) -> Expression {
      Expression(
        kind: .constant(value), range: token.range.lowerBound..<max(token.range.lowerBound, previousEnd))
    }
    switch token.kind {
    case .name:
      advance()
      switch token.value {
      case "true", "True": return literal(.boolean(true))
      case "false", "False": return literal(.boolean(false))
      case "none", "None": return literal(.none)
      default: return try made(.name(token.value), from: token.range.lowerBound)
      }
    case .string:
      var joined = ""
      while current.kind == .string { joined += advance().value }
      return literal(.string(joined))
    case .integer:
      advance()
      return literal(integerLiteral(token.value))
    case .float:
      advance()
      return literal(.number(Double(token.value) ?? 0))
    case .symbol(.leftParen):
      advance()
      var value = try nested { (parser) throws(SyntaxFailure) in try parser.tuple(isParenthesized: true) }
      try expect(.rightParen)
      if case .tuple = value.kind { value.range = token.range.lowerBound..<previousEnd }
      return value
    case .symbol(.leftBracket): return try list()
    case .symbol(.leftBrace): return try dictionary()
    default: throw failure("unexpected '\(token.described)'")
    }
  }

  private mutating func list() throws(SyntaxFailure) -> Expression {
    let start = advance().range.lowerBound
    var items: [Expression] = []
    while !isAt(.rightBracket) {
      if !items.isEmpty { try expect(.comma) }
      if isAt(.rightBracket) { break }
      items.append(try expression())
    }
    try expect(.rightBracket)
    return try made(.list(items), from: start)
  }

  private mutating func dictionary() throws(SyntaxFailure) -> Expression {
    let start = advance().range.lowerBound
    var items: [(key: Expression, value: Expression)] = []
    while !isAt(.rightBrace) {
      if !items.isEmpty { try expect(.comma) }
      if isAt(.rightBrace) { break }
      let key = try expression()
      try expect(.colon)
      items.append((key, try expression()))
    }
    try expect(.rightBrace)
    return try made(.dictionary(items), from: start)
  }

  mutating func postfix(_ value: Expression) throws(SyntaxFailure) -> Expression {
    var value = value
    while true {
      if isAt(.dot) || isAt(.leftBracket) {
        value = try subscripted(value)
      } else if isAt(.leftParen) {
        value = try called(value)
      } else {
        return value
      }
    }
  }

  private mutating func filterChain(_ value: Expression) throws(SyntaxFailure) -> Expression {
    var value = value
    while true {
      if isAt(.pipe) {
        value = try filters(value) ?? value
      } else if isAtName("is") {
        value = try test(value)
      } else if isAt(.leftParen) {
        value = try called(value)
      } else {
        return value
      }
    }
  }

  private mutating func called(_ value: Expression) throws(SyntaxFailure) -> Expression {
    let arguments = try arguments()
    return try made(.call(value, arguments), from: value.range.lowerBound)
  }

  private mutating func subscripted(_ value: Expression) throws(SyntaxFailure) -> Expression {
    let start = value.range.lowerBound
    if skip(.dot) {
      let token = advance()
      switch token.kind {
      case .name: return try made(.attribute(value, token.value), from: start)
      case .integer:
        let index = Expression(kind: .constant(integerLiteral(token.value)), range: token.range)
        return try made(.item(value, index), from: start)
      default: throw failure("expected name or number", token.range)
      }
    }
    let open = advance()
    var indices: [Expression] = []
    while !isAt(.rightBracket) {
      if !indices.isEmpty { try expect(.comma) }
      indices.append(try index())
    }
    try expect(.rightBracket)
    let index =
      indices.count == 1 ? indices[0] : try made(.tuple(indices), from: open.range.lowerBound)
    return try made(.item(value, index), from: start)
  }

  private mutating func index() throws(SyntaxFailure) -> Expression {
    let start = current.range.lowerBound
    var lower: Expression?
    if !isAt(.colon) {
      let value = try expression()
      guard isAt(.colon) else { return value }
      lower = value
    }
    advance()
    func isBound(_ parser: Parser) -> Bool {
      !parser.isAt(.colon) && !parser.isAt(.rightBracket) && !parser.isAt(.comma)
    }
    let upper = isBound(self) ? try expression() : nil
    let step = skip(.colon) && isBound(self) ? try expression() : nil
    return try made(.slice(start: lower, stop: upper, step: step), from: start)
  }
}

/// The value of an integer's digits, with `0x`, `0o` or `0b` in front or none.
func integerLiteral(_ digits: String) -> Literal {
  let lower = digits.lowercased()
  let radix = lower.hasPrefix("0x") ? 16 : lower.hasPrefix("0o") ? 8 : lower.hasPrefix("0b") ? 2 : 10
  let bare = radix == 10 ? lower : String(lower.dropFirst(2))
  if let value = Int(bare, radix: radix) { return .integer(value) }
  return .bigInteger(BigNumber(bare, radix: radix).map(\.description) ?? "0")
}
