/// How an environment reads the text around tags.
struct LexicalRules: Sendable, Hashable {
  /// The first line break after a statement or comment is dropped.
  var trimsBlocks = false
  /// Blanks before a statement or comment at the start of its line are dropped.
  var stripsBlocks = false
  var keepsTrailingNewline = false
}

/// Cuts a template into tokens, exactly as Jinja's lexer does: comments and raw blocks are resolved here, and
/// so is whitespace control.
struct Lexer {
  let text: TemplateText
  let rules: LexicalRules
  var tokens: [Token] = []
  var place = 0
  /// Whether the last piece ended in a line break, which is when blanks before a tag may go.
  private var startsLine = true
  private var brackets: [Token.Symbol] = []
  private var inTag = false

  init(_ text: TemplateText, rules: LexicalRules) {
    self.text = text
    self.rules = rules
  }

  /// The tokens of a text, and what of it could not be read: the rest of such a tag is left out.
  static func tokenize(
    _ text: TemplateText, rules: LexicalRules
  ) -> (tokens: [Token], failures: [SyntaxFailure]) {
    var lexer = Lexer(text, rules: rules)
    var failures: [SyntaxFailure] = []
    while lexer.place < text.bytes.count {
      do throws(SyntaxFailure) {
        try lexer.readData()
      } catch {
        failures.append(error)
        lexer.resume(behind: error.range)
      }
    }
    lexer.add(.end, "", text.bytes.count..<text.bytes.count)
    return (lexer.tokens, failures)
  }

  /// Goes on behind the tag that could not be read.
  private mutating func resume(behind range: Range<Int>) {
    place = max(place, range.upperBound)
    guard inTag, let begin = tokens.last(where: { $0.kind == .variableBegin || $0.kind == .blockBegin })
    else {
      place = text.bytes.count
      return
    }
    inTag = false
    let isVariable = begin.kind == .variableBegin
    add(.invalid, "", range)
    while place < text.bytes.count {
      if let end = tagEnd(isVariable: isVariable) {
        add(isVariable ? .variableEnd : .blockEnd, "", place..<end)
        return finishTag(end)
      }
      place += 1
    }
  }

  // MARK: Text outside of tags

  private enum Opening {
    case variable, block, comment
    case raw(contentStart: Int)
  }

  private mutating func readData() throws(SyntaxFailure) {
    let start = place
    guard let open = findOpening(from: start) else {
      addData(start..<text.bytes.count)
      place = text.bytes.count
      return
    }
    let sign = byte(open + 2)
    let hasSign = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
    let afterSign = open + (hasSign ? 3 : 2)
    let opening = self.opening(at: open, afterSign: afterSign)
    var isVariable = false
    if case .variable = opening { isVariable = true }
    addData(start..<strippedEnd(start, open, sign: hasSign ? sign : nil, isVariable: isVariable))
    startsLine = false
    place = afterSign
    switch opening {
    case .variable:
      add(.variableBegin, "", open..<afterSign)
      try readTag(isVariable: true, from: open)
    case .block:
      add(.blockBegin, "", open..<afterSign)
      try readTag(isVariable: false, from: open)
    case .comment: try readComment(from: open)
    case .raw(let content):
      place = content
      startsLine = byte(content - 1) == 10
      try readRaw(from: open)
    }
  }

  private func findOpening(from start: Int) -> Int? {
    var offset = start
    let bytes = text.bytes
    while offset + 1 < bytes.count {
      if bytes[offset] == UInt8(ascii: "{") {
        let next = bytes[offset + 1]
        if next == UInt8(ascii: "{") || next == UInt8(ascii: "%") || next == UInt8(ascii: "#") {
          return offset
        }
      }
      offset += 1
    }
    return nil
  }

  private func opening(at open: Int, afterSign: Int) -> Opening {
    switch byte(open + 1) {
    case UInt8(ascii: "{"): return .variable
    case UInt8(ascii: "#"): return .comment
    default: break
    }
    var offset = skippingSpace(afterSign)
    guard matches("raw", at: offset) else { return .block }
    offset = skippingSpace(offset + 3)
    if matches("-%}", at: offset) { return .raw(contentStart: skippingSpace(offset + 3)) }
    return matches("%}", at: offset) ? .raw(contentStart: offset + 2) : .block
  }

  /// Where text that ends at a tag ends once whitespace control has had its way.
  private func strippedEnd(_ start: Int, _ end: Int, sign: UInt8?, isVariable: Bool) -> Int {
    if sign == UInt8(ascii: "-") {
      var offset = end
      while offset > start, let size = spaceBefore(offset), offset - size >= start { offset -= size }
      return offset
    }
    guard sign != UInt8(ascii: "+"), rules.stripsBlocks, !isVariable else { return end }
    let lineStart = text.bytes[start..<end].lastIndex(of: 10).map { $0 + 1 }
    guard lineStart != nil || startsLine else { return end }
    let from = lineStart ?? start
    return skippingSpace(from) >= end ? from : end
  }

  private mutating func readComment(from open: Int) throws(SyntaxFailure) {
    guard place < text.bytes.count else { return }
    var offset = place
    while offset < text.bytes.count {
      if matches("+#}", at: offset) { return finishTag(offset + 3) }
      if matches("-#}", at: offset) { return finishTag(skippingSpace(offset + 3)) }
      if matches("#}", at: offset) { return finishTag(trimmed(offset + 2)) }
      offset += 1
    }
    throw SyntaxFailure(message: "Missing end of comment tag", range: open..<open + 2)
  }

  private mutating func readRaw(from open: Int) throws(SyntaxFailure) {
    let start = place
    guard start < text.bytes.count else { return }
    var offset = start
    while offset < text.bytes.count {
      defer { offset += 1 }
      guard matches("{%", at: offset) else { continue }
      let sign = byte(offset + 2)
      let hasSign = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
      var inner = skippingSpace(offset + (hasSign ? 3 : 2))
      guard matches("endraw", at: inner) else { continue }
      inner = skippingSpace(inner + 6)
      let end: Int
      if matches("+%}", at: inner) {
        end = inner + 3
      } else if matches("-%}", at: inner) {
        end = skippingSpace(inner + 3)
      } else if matches("%}", at: inner) {
        end = trimmed(inner + 2)
      } else {
        continue
      }
      addData(start..<strippedEnd(start, offset, sign: hasSign ? sign : nil, isVariable: false))
      return finishTag(end)
    }
    throw SyntaxFailure(message: "Missing end of raw directive", range: open..<open + 2)
  }

  private mutating func finishTag(_ end: Int) {
    place = end
    startsLine = end > 0 && text.bytes[end - 1] == 10
  }

  private func trimmed(_ offset: Int) -> Int {
    rules.trimsBlocks && byte(offset) == 10 ? offset + 1 : offset
  }

  // MARK: Tags

  private mutating func readTag(isVariable: Bool, from open: Int) throws(SyntaxFailure) {
    brackets.removeAll(keepingCapacity: true)
    inTag = true
    while place < text.bytes.count {
      if brackets.isEmpty, let end = tagEnd(isVariable: isVariable) {
        add(isVariable ? .variableEnd : .blockEnd, "", place..<end)
        inTag = false
        return finishTag(end)
      }
      let space = skippingSpace(place)
      if space > place {
        place = space
      } else {
        try readToken()
      }
    }
  }

  private func tagEnd(isVariable: Bool) -> Int? {
    if isVariable {
      if matches("-}}", at: place) { return skippingSpace(place + 3) }
      return matches("}}", at: place) ? place + 2 : nil
    }
    if matches("+%}", at: place) { return place + 3 }
    if matches("-%}", at: place) { return skippingSpace(place + 3) }
    return matches("%}", at: place) ? trimmed(place + 2) : nil
  }

  private mutating func readToken() throws(SyntaxFailure) {
    if let end = floatEnd() { return addNumber(.float, end) }
    if let end = integerEnd() { return addNumber(.integer, end) }
    if let end = nameEnd() { return try addName(end) }
    let first = text.bytes[place]
    if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") {
      if let end = stringEnd(first) { return try addString(end) }
    } else if let symbol = symbolHere() {
      return try addSymbol(symbol)
    }
    let scalar = scalar(at: place)
    throw SyntaxFailure(
      message: "unexpected char '\(scalar.value)'", range: place..<place + scalar.size)
  }

  private mutating func addSymbol(_ symbol: Token.Symbol) throws(SyntaxFailure) {
    let range = place..<place + symbol.rawValue.utf8.count
    switch symbol {
    case .leftBrace: brackets.append(.rightBrace)
    case .leftParen: brackets.append(.rightParen)
    case .leftBracket: brackets.append(.rightBracket)
    case .rightBrace, .rightParen, .rightBracket:
      guard let expected = brackets.popLast() else {
        throw SyntaxFailure(message: "unexpected '\(symbol.rawValue)'", range: range)
      }
      guard expected == symbol else {
        throw SyntaxFailure(
          message: "unexpected '\(symbol.rawValue)', expected '\(expected.rawValue)'", range: range)
      }
    default: break
    }
    add(.symbol(symbol), symbol.rawValue, range)
    place = range.upperBound
  }

  // MARK: Tokens out

  mutating func add(_ kind: Token.Kind, _ value: String, _ range: Range<Int>) {
    tokens.append(Token(kind: kind, value: value, range: range))
  }

  private mutating func addData(_ range: Range<Int>) {
    if !range.isEmpty { add(.data, text.string(range), range) }
  }
}
