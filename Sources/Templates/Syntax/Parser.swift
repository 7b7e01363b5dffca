import Bytes

/// Builds a tree from tokens by recursive descent, in the steps and with the refusals of Jinja's parser.
struct Parser {
  let text: TemplateText
  let tokens: [Token]
  var place = 0
  /// Where the token before the current one ends.
  private(set) var previousEnd = 0
  /// What is wrong so far; after each mistake the parser goes on behind its tag.
  var failures: [SyntaxFailure]
  /// Whether a block's beginning or end was not understood, so that others seem to be missing.
  var lostBlock = false
  /// Whether a statement was left out, and perhaps names that it sets.
  var lostStatement = false
  private let hasLoopControls: Bool
  private let hasGeneration: Bool
  var tagStack: [String] = []
  private var endTags: [[String]] = []
  private var depth = 0
  private let stackRoom = StackRoom()
  /// Expressions and statements inside each other; deeper nesting is refused before it can exhaust a stack.
  static let deepest = 200
  /// Levels of an expression's tree.
  static let deepestTree = 250

  private init(_ text: TemplateText, environment: TemplateEnvironment) {
    self.text = text
    (tokens, failures) = Lexer.tokenize(text, rules: environment.lexicalRules)
    hasLoopControls = environment.hasLoopControls
    hasGeneration = environment.hasGeneration
  }

  /// What a text says, as far as it can be read, with everything that is wrong with it.
  static func parse(_ text: TemplateText, environment: TemplateEnvironment) -> ParsedTemplate {
    var parser = Parser(text, environment: environment)
    var statements: [Statement] = []
    do throws(SyntaxFailure) {
      statements = try parser.statements(until: nil)
    } catch {
      if !parser.lostBlock { parser.failures.append(error) }
      parser.lostStatement = true
    }
    return ParsedTemplate(
      statements: statements, failures: parser.failures.sorted { $0.range.lowerBound < $1.range.lowerBound },
      lostStatement: parser.lostStatement)
  }

  // MARK: Tokens

  var current: Token { tokens[place] }
  var following: Token { tokens[min(place + 1, tokens.count - 1)] }

  @discardableResult
  mutating func advance() -> Token {
    let token = tokens[place]
    previousEnd = token.range.upperBound
    if place < tokens.count - 1 { place += 1 }
    return token
  }

  func isAt(_ symbol: Token.Symbol) -> Bool { current.kind == .symbol(symbol) }

  func isAtName(_ name: String) -> Bool { current.kind == .name && current.value == name }

  func isAtName(in names: [String]) -> Bool { current.kind == .name && names.contains(current.value) }

  mutating func skip(_ symbol: Token.Symbol) -> Bool {
    guard isAt(symbol) else { return false }
    advance()
    return true
  }

  mutating func skipName(_ name: String) -> Bool {
    guard isAtName(name) else { return false }
    advance()
    return true
  }

  @discardableResult
  mutating func expect(_ kind: Token.Kind) throws(SyntaxFailure) -> Token {
    if current.kind == kind { return advance() }
    let wanted = Token(kind: kind, value: "name", range: current.range).described
    if current.kind == .end { throw failure("unexpected end of template, expected '\(wanted)'") }
    throw failure("expected token '\(wanted)', got '\(current.described)'")
  }

  @discardableResult
  mutating func expect(_ symbol: Token.Symbol) throws(SyntaxFailure) -> Token {
    try expect(.symbol(symbol))
  }

  mutating func expectName(_ name: String) throws(SyntaxFailure) {
    guard !skipName(name) else { return }
    if current.kind == .end { throw failure("unexpected end of template, expected '\(name)'") }
    throw failure("expected token '\(name)', got '\(current.described)'")
  }

  func failure(_ message: String, _ range: Range<Int>? = nil) -> SyntaxFailure {
    SyntaxFailure(message: message, range: range ?? current.range)
  }

  mutating func nested<Result>(
    _ body: (inout Parser) throws(SyntaxFailure) -> Result
  ) throws(SyntaxFailure) -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest, stackRoom.isLeft else {
      throw SyntaxFailure(
        message: "nested more than \(Self.deepest) deep; simplify it", range: current.range, isFatal: true)
    }
    return try body(&self)
  }

  // MARK: Statements

  /// Everything up to one of the end tags, whose name is then the current token.
  mutating func statements(until ends: [String]?) throws(SyntaxFailure) -> [Statement] {
    var body: [Statement] = []
    if let ends { endTags.append(ends) }
    defer { if ends != nil { endTags.removeLast() } }
    while current.kind != .end {
      let token = advance()
      switch token.kind {
      case .data: body.append(Statement(kind: .text(token.value), range: token.range))
      case .variableBegin:
        let start = place
        do throws(SyntaxFailure) {
          let value = try tuple()
          let end = try expect(.variableEnd)
          let range = token.range.lowerBound..<end.range.upperBound
          body.append(Statement(kind: .output(value), range: range))
        } catch {
          try resume(after: error, from: start, at: .variableEnd)
        }
      case .blockBegin:
        if let ends, isAtName(in: ends) { return body }
        let start = place
        do throws(SyntaxFailure) {
          let statements = try nested { (parser) throws(SyntaxFailure) in try parser.statement() }
          try expect(.blockEnd)
          body += statements
        } catch {
          try resumeStatement(after: error, from: start)
        }
      default: throw failure("unexpected '\(token.described)'", token.range)
      }
    }
    if let ends {
      var failure = endFailure(name: nil, looking: ends)
      failure.isFatal = true
      throw failure
    }
    return body
  }

  /// The body of a statement; with `dropEnd` the end tag's name is consumed too.
  private mutating func body(
    until ends: [String], dropEnd: Bool = true
  ) throws(SyntaxFailure) -> [Statement] {
    _ = skip(.colon)
    try expect(.blockEnd)
    let body = try statements(until: ends)
    if dropEnd { advance() }
    return body
  }

  private func endFailure(name: String?, looking: [String]?) -> SyntaxFailure {
    var message = name.map { "Encountered unknown tag '\($0)'." } ?? "Unexpected end of template."
    var isMistakenNesting = false
    if let name, !endTags.contains(where: { $0.contains(name) }),
      let near = nearestName(to: name, among: knownTags + (looking ?? []))
    {
      message = "Encountered unknown tag '\(name)'; did you mean '\(near)'?"
    }
    if let looking {
      let wanted = looking.map { "'\($0)'" }.joined(separator: " or ")
      if let name, endTags.contains(where: { $0.contains(name) }) {
        isMistakenNesting = true
        message +=
          " You probably made a nesting mistake. Jinja is expecting this tag,"
          + " but currently looking for \(wanted)."
      } else {
        message += " Jinja was looking for the following tags: \(wanted)."
      }
    }
    if let innermost = tagStack.last {
      message += " The innermost block that needs to be closed is '\(innermost)'."
    }
    return SyntaxFailure(message: message, range: current.range, isFatal: isMistakenNesting)
  }

  private var knownTags: [String] {
    ["for", "if", "set", "with", "macro", "call", "filter", "block", "autoescape", "print", "raw"]
      + (hasLoopControls ? ["break", "continue"] : []) + (hasGeneration ? ["generation"] : [])
  }

  private mutating func statement() throws(SyntaxFailure) -> [Statement] {
    guard current.kind == .name else { throw failure("tag name expected") }
    let tag = current
    tagStack.append(tag.value)
    defer { tagStack.removeLast() }
    func made(_ kind: Statement.Kind) -> [Statement] { [Statement(kind: kind, range: tag.range)] }
    switch tag.value {
    case "for": return made(.loop(try forLoop()))
    case "if": return made(try conditional())
    case "set": return made(try assignment())
    case "with": return made(try with())
    case "macro": return made(.macro(try macro()))
    case "call": return made(try callBlock())
    case "filter":
      advance()
      let filter = try filters(nil, startsInline: true)
      return made(.filterBlock(filter ?? none(tag.range), body: try body(until: ["endfilter"])))
    case "block": return made(.block(try block()))
    case "autoescape":
      advance()
      let flag = try expression()
      return made(.autoescape(flag, body: try body(until: ["endautoescape"])))
    case "print": return try printStatement()
    case "include", "import", "from", "extends": return made(try external(tag.value))
    case "break" where hasLoopControls:
      advance()
      return made(.breakLoop)
    case "continue" where hasLoopControls:
      advance()
      return made(.continueLoop)
    case "generation" where hasGeneration:
      advance()
      // transformers makes it a call block whose text is put out as it is: a scope of its own.
      return made(.scope(try body(until: ["endgeneration"])))
    default:
      tagStack.removeLast()
      defer { tagStack.append(tag.value) }
      throw endFailure(name: tag.value, looking: endTags.last)
    }
  }

  private func none(_ range: Range<Int>) -> Expression { Expression(kind: .constant(.none), range: range) }

  private mutating func forLoop() throws(SyntaxFailure) -> ForLoop {
    advance()
    let target = try target(endingAt: ["in"])
    try expectName("in")
    let iterable = try tuple(conditionals: false, endingAt: ["recursive"])
    let test = skipName("if") ? try expression() : nil
    let isRecursive = skipName("recursive")
    let inner = try body(until: ["endfor", "else"], dropEnd: false)
    let otherwise = advance().value == "endfor" ? [] : try body(until: ["endfor"])
    return ForLoop(
      target: target, iterable: iterable, test: test, isRecursive: isRecursive, body: inner,
      otherwise: otherwise)
  }

  private mutating func conditional() throws(SyntaxFailure) -> Statement.Kind {
    advance()
    var branches: [(test: Expression, body: [Statement])] = []
    while true {
      let test = try tuple(conditionals: false)
      branches.append((test, try body(until: ["elif", "else", "endif"], dropEnd: false)))
      switch advance().value {
      case "elif": continue
      case "else": return .conditional(branches, otherwise: try body(until: ["endif"]))
      default: return .conditional(branches, otherwise: [])
      }
    }
  }

  private mutating func assignment() throws(SyntaxFailure) -> Statement.Kind {
    advance()
    let target = try target(endingAt: [], allowsNamespace: true)
    if skip(.assign) { return .assign(target, try tuple()) }
    let filter = try filters(nil)
    return .assignBlock(target, filter: filter, body: try body(until: ["endset"]))
  }

  private mutating func with() throws(SyntaxFailure) -> Statement.Kind {
    advance()
    var values: [(Target, Expression)] = []
    while current.kind != .blockEnd {
      if !values.isEmpty { try expect(.comma) }
      let target = try target(endingAt: [])
      try expect(.assign)
      values.append((target, try expression()))
    }
    return .with(values, body: try body(until: ["endwith"]))
  }

  private mutating func macro() throws(SyntaxFailure) -> Macro {
    advance()
    let name = try targetName()
    var macro = try signature()
    macro.name = name
    macro.body = try body(until: ["endmacro"])
    return macro
  }

  private mutating func signature() throws(SyntaxFailure) -> Macro {
    var macro = Macro(name: nil, parameters: [], defaults: [], body: [])
    try expect(.leftParen)
    while !isAt(.rightParen) {
      if !macro.parameters.isEmpty { try expect(.comma) }
      let range = current.range
      let name = try targetName()
      if skip(.assign) {
        macro.defaults.append(try expression())
      } else if !macro.defaults.isEmpty {
        throw failure("non-default argument follows default argument")
      }
      macro.parameters.append((name, range))
    }
    try expect(.rightParen)
    return macro
  }

  private mutating func callBlock() throws(SyntaxFailure) -> Statement.Kind {
    let tag = advance()
    var macro = Macro(name: nil, parameters: [], defaults: [], body: [])
    if isAt(.leftParen) { macro = try signature() }
    let call = try expression()
    guard case .call = call.kind else { throw failure("expected call", tag.range) }
    macro.body = try body(until: ["endcall"])
    return .callBlock(macro, call: call)
  }

  private mutating func block() throws(SyntaxFailure) -> Block {
    advance()
    let name = try expect(.name).value
    let isScoped = skipName("scoped")
    let isRequired = skipName("required")
    if isAt(.sub) {
      throw failure(
        "Block names in Jinja have to be valid Python identifiers and may not contain hyphens,"
          + " use an underscore instead.")
    }
    let body = try body(until: ["endblock"])
    if isRequired, !body.allSatisfy(\.isBlankText) {
      throw failure("Required blocks can only contain comments or whitespace")
    }
    _ = skipName(name)
    return Block(name: name, isScoped: isScoped, isRequired: isRequired, body: body)
  }

  private mutating func printStatement() throws(SyntaxFailure) -> [Statement] {
    advance()
    var outputs: [Statement] = []
    while current.kind != .blockEnd {
      if !outputs.isEmpty { try expect(.comma) }
      let value = try expression()
      outputs.append(Statement(kind: .output(value), range: value.range))
    }
    return outputs
  }

  /// Reads the rest of the tag, so that errors behind it are found too.
  private mutating func external(_ tag: String) throws(SyntaxFailure) -> Statement.Kind {
    advance()
    _ = try expression()
    while current.kind == .name || isAt(.comma) { advance() }
    return .external(tag: tag)
  }
}

extension Statement {
  fileprivate var isBlankText: Bool {
    guard case .text(let text) = kind else { return false }
    return text.unicodeScalars.allSatisfy(\.isPythonSpace)
  }
}
