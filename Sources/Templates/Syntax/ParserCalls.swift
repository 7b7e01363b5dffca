/// What follows a value or a name: arguments of calls, filters and tests.
extension Parser {
  mutating func arguments() throws(SyntaxFailure) -> Arguments {
    let open = try expect(.leftParen)
    var arguments = Arguments()
    var needsComma = false
    func ensure(_ holds: Bool) throws(SyntaxFailure) {
      if !holds {
        throw SyntaxFailure(message: "invalid syntax for function call expression", range: open.range)
      }
    }
    while !isAt(.rightParen) {
      if needsComma {
        try expect(.comma)
        if isAt(.rightParen) { break }
      }
      if skip(.mul) {
        try ensure(arguments.spread == nil && arguments.keywordSpread == nil)
        arguments.spread = try expression()
      } else if skip(.pow) {
        try ensure(arguments.keywordSpread == nil)
        arguments.keywordSpread = try expression()
      } else if current.kind == .name, following.kind == .symbol(.assign) {
        try ensure(arguments.keywordSpread == nil)
        let name = advance().value
        advance()
        arguments.keywords.append((name, try expression()))
      } else {
        try ensure(
          arguments.spread == nil && arguments.keywordSpread == nil && arguments.keywords.isEmpty)
        arguments.positional.append(try expression())
      }
      needsComma = true
    }
    try expect(.rightParen)
    return arguments
  }

  private mutating func dottedName() throws(SyntaxFailure) -> String {
    var name = try expect(.name).value
    while skip(.dot) { name += "." + (try expect(.name).value) }
    return name
  }

  /// A chain of filters; without an operand only where a block's text is filtered.
  mutating func filters(
    _ operand: Expression?, startsInline: Bool = false
  ) throws(SyntaxFailure) -> Expression? {
    var value = operand
    var startsInline = startsInline
    while isAt(.pipe) || startsInline {
      if !startsInline { advance() }
      startsInline = false
      let nameStart = current.range.lowerBound
      let name = try dottedName()
      let arguments = isAt(.leftParen) ? try arguments() : Arguments()
      value = try made(.filter(value, name, arguments), from: nameStart)
    }
    return value
  }

  mutating func test(_ operand: Expression) throws(SyntaxFailure) -> Expression {
    advance()
    let isNegated = skipName("not")
    let nameStart = current.range.lowerBound
    let name = try dottedName()
    var arguments = Arguments()
    if isAt(.leftParen) {
      arguments = try self.arguments()
    } else if startsArgument, !isAtName(in: ["else", "or", "and"]) {
      if isAtName("is") { throw failure("You cannot chain multiple tests with is") }
      arguments.positional = [try postfix(try primary())]
    }
    let test = try made(.test(operand, name, arguments), from: nameStart)
    return isNegated ? try made(.unary(.not, test), from: nameStart) : test
  }

  private var startsArgument: Bool {
    switch current.kind {
    case .name, .string, .integer, .float, .symbol(.leftBracket), .symbol(.leftBrace): true
    default: false
    }
  }
}
