import Bytes
import YAML

/// Where a template's text stands in its file.
struct SourcePlaces {
  private let text: TemplateText
  private let node: YAMLNode?
  private let fallback: SourceLocation

  init(_ text: TemplateText, node: YAMLNode?, fallback: SourceLocation) {
    self.text = text
    self.node = node
    self.fallback = fallback
  }

  func diagnostic(_ message: String, _ range: Range<Int>) -> Diagnostic {
    let (line, column) = text.position(of: range.lowerBound)
    let span = text.span(range)
    guard let node else {
      let place = SourceLocation(path: fallback.path, line: line, column: column)
      return Diagnostic(message, at: place, excerpt: text.excerpt(line: line), span: span)
    }
    _ = node
    return Diagnostic(message, at: node.location, excerpt: node.excerpt, span: 1)
  }
}
