package import Templates

extension TemplateWords {
  /// The words of a template's text (answer choices play no part).
  package init(_ source: TemplateSource) { self.init(jinja: source.jinja) }

  /// The words of a template's text.
  package init(jinja: String) {
    self.init()
    for segment in outline(of: jinja) {
      switch segment {
      case .text(let text): append(text: text)
      case .expression: appendExpression()
      }
    }
  }
}
