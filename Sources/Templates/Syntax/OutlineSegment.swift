/// A piece of a template as it looks to a reader: text, or an expression that is put out.
package enum OutlineSegment: Sendable, Hashable {
  case text(String)
  /// The source between `{{` and `}}`, without the blanks around it.
  case expression(String)
}

/// The texts and outputs of a template in order; statements and comments are left out, and a template that
/// cannot be read is one text.
package func outline(of jinja: String) -> [OutlineSegment] {
  let text = TemplateText(jinja, keepsTrailingNewline: false)
  guard let tokens = try? Lexer.tokenize(text, rules: LexicalRules()) else { return [.text(jinja)] }
  var segments: [OutlineSegment] = []
  var start: Int?
  for token in tokens {
    switch token.kind {
    case .data: segments.append(.text(token.value))
    case .variableBegin: start = token.range.upperBound
    case .variableEnd:
      if let begin = start {
        let inner = text.bytes[begin..<max(begin, token.range.lowerBound)]
        let trimmed = inner.drop { $0 <= 32 }.reversed().drop { $0 <= 32 }.reversed()
        segments.append(.expression(String(decoding: Array(trimmed), as: UTF8.self)))
      }
      start = nil
    default: break
    }
  }
  return segments
}
