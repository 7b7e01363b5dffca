/// A piece of a template as it looks to a reader: text, or an expression that is put out.
package enum OutlineSegment: Sendable, Hashable {
  case text(String)
  /// The source between `{{` and `}}`, without the blanks around it.
  case expression(String)
}

/// The texts and outputs of a template in order; statements and comments are left out. A tag that never ends
/// is text.
package func outline(of jinja: String) -> [OutlineSegment] {
  let text = TemplateText(jinja, keepsTrailingNewline: false)
  let tokens = Lexer.tokenize(text, rules: LexicalRules()).tokens
  var segments: [OutlineSegment] = []
  var start: Int?
  var open: Int?
  for token in tokens {
    switch token.kind {
    case .data: segments.append(.text(token.value))
    case .variableBegin:
      start = token.range.upperBound
      open = token.range.lowerBound
    case .blockBegin: open = token.range.lowerBound
    case .blockEnd: open = nil
    case .end: if let open { segments.append(.text(text.string(open..<text.bytes.count))) }
    case .variableEnd:
      if let begin = start {
        let inner = text.bytes[begin..<max(begin, token.range.lowerBound)]
        let trimmed = inner.drop { $0 <= 32 }.reversed().drop { $0 <= 32 }.reversed()
        segments.append(.expression(String(decoding: Array(trimmed), as: UTF8.self)))
      }
      start = nil
      open = nil
    default: break
    }
  }
  return segments
}
