/// What the parser made of a text.
struct ParsedTemplate {
  /// Without those that could not be understood.
  var statements: [Statement]
  /// In the order of the text.
  var failures: [SyntaxFailure]
  /// Whether statements were left out, and perhaps the names that they set.
  var lostStatement: Bool
}

/// Going on after a mistake, so that one look at a template tells all of them.
extension Parser {
  /// Notes a mistake, unless the lexer told of the same tag or it follows from one that was told.
  private mutating func note(_ error: SyntaxFailure, from start: Int, to end: Int) {
    let wasTold = tokens[start...max(start, min(end, tokens.count - 1))].contains { $0.kind == .invalid }
    let name = tokens[start].value
    let isEnd = name.hasPrefix("end") || name == "else" || name == "elif"
    if wasTold || lostBlock && isEnd { return }
    failures.append(error)
  }

  private func tagEnd(_ kind: Token.Kind, from start: Int) -> Int {
    tokens[start...].firstIndex { $0.kind == kind } ?? tokens.count - 1
  }

  /// Goes to behind the tag in which a mistake was found.
  mutating func resume(
    after error: SyntaxFailure, from start: Int, at kind: Token.Kind
  ) throws(SyntaxFailure) {
    if error.isFatal { throw error }
    let end = tagEnd(kind, from: start)
    note(error, from: start, to: end)
    place = end
    if current.kind == kind { advance() }
  }

  /// The same for a statement; the body of one that has a body is read, and then forgotten.
  mutating func resumeStatement(after error: SyntaxFailure, from start: Int) throws(SyntaxFailure) {
    if error.isFatal { throw error }
    lostStatement = true
    let end = tagEnd(.blockEnd, from: start)
    guard place <= end else {
      // In a tag between the first and the last, or in the last.
      let next = tagEnd(.blockEnd, from: place)
      note(error, from: place, to: next)
      lostBlock = true
      place = next
      if current.kind == .blockEnd { advance() }
      return
    }
    note(error, from: start, to: end)
    place = end
    guard current.kind == .blockEnd else { return }
    advance()
    let tag = tokens[start].value
    guard tokens[start].kind == .name, let ends = bodyEnds(tag, head: tokens[start..<end]) else {
      if tokens[start].kind != .name || !Self.leafTags.contains(tag) { lostBlock = true }
      return
    }
    tagStack.append(tag)
    defer { tagStack.removeLast() }
    try nested { (parser) throws(SyntaxFailure) in
      while true {
        _ = try parser.statements(until: ends)
        let isLast = parser.current.value.hasPrefix("end")
        parser.place = parser.tagEnd(.blockEnd, from: parser.place)
        if parser.current.kind == .blockEnd { parser.advance() }
        if isLast { return }
      }
    }
  }

  private static var leafTags: [String] {
    ["set", "print", "include", "import", "from", "extends", "break", "continue"]
  }

  /// The tags that divide and end a statement's body; nil when it has none.
  private func bodyEnds(_ tag: String, head: ArraySlice<Token>) -> [String]? {
    switch tag {
    case "if": ["elif", "else", "endif"]
    case "for": ["else", "endfor"]
    case "set": head.contains { $0.kind == .symbol(.assign) } ? nil : ["endset"]
    case "with", "macro", "call", "filter", "block", "autoescape", "generation": ["end" + tag]
    default: nil
    }
  }
}
