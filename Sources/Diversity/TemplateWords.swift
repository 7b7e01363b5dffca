/// A template as words for comparison: runs of letters, digits and underscores in lower case, every field or
/// other expression one placeholder, punctuation and statements left out.
///
/// A placeholder stands for any expression, whatever its fields: templates that differ only in the fields'
/// order count as alike, which errs on the side of holding out more. In scripts written without spaces
/// (Han, kana, Thai …) every character is a word.
package struct TemplateWords: Sendable, Hashable {
  /// The words in order; `placeholder` for an expression.
  package private(set) var words: [String] = []
  package static let placeholder = "{{}}"

  package init() {}

  package mutating func appendExpression() { words.append(Self.placeholder) }

  package mutating func append(text: String) {
    var word = String.UnicodeScalarView()
    func finish() {
      guard !word.isEmpty else { return }
      words.append(String(word).lowercased())
      word.removeAll()
    }
    for scalar in text.unicodeScalars {
      switch WordScalar(scalar) {
      case .alone:
        finish()
        words.append(String(scalar))
      case .part: word.append(scalar)
      case .separator: finish()
      }
    }
    finish()
  }
}
