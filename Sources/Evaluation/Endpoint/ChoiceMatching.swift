/// Finds the choice that a written answer is.
package enum ChoiceMatching {
  /// The place of the choice with the answer's text, or of the only one with the same text but for letter case,
  /// blanks, quotation marks and punctuation at both ends; nil where there is none.
  package static func place(of answer: String, among choices: [String]) -> Int? {
    if let exact = choices.firstIndex(where: { trimmed($0).utf8.elementsEqual(trimmed(answer).utf8) }) {
      return exact
    }
    let wanted = normal(answer)
    let found = choices.indices.filter { normal(choices[$0]) == wanted }
    return wanted.isEmpty || found.count != 1 ? nil : found[0]
  }

  private static func normal(_ text: String) -> String {
    let inner = trimmed(text) { $0.isWhitespace || $0.isPunctuation || $0 == "`" }
    return inner.split { $0.isWhitespace }.joined(separator: " ").lowercased()
  }

  private static func trimmed(
    _ text: String, _ isLoose: (Character) -> Bool = { $0.isWhitespace }
  ) -> Substring {
    var rest = text[...]
    while let first = rest.first, isLoose(first) { rest.removeFirst() }
    while let last = rest.last, isLoose(last) { rest.removeLast() }
    return rest
  }
}
