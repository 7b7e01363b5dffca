/// How lm-evaluation-harness takes a task's target and choices: templates of their own, or fields by name.
struct HarnessPrograms: Sendable {
  struct Part: Sendable {
    /// As the file has it.
    let text: String
    /// The field that the text names; nil for a template.
    let field: String?
    /// Prints what the text stands for; a field's value inside a list.
    let program: Program
  }

  var target: Part?
  var choices: Part?

  var isEmpty: Bool { target == nil && choices == nil }
}

/// Whether a text can be the name of a field and nothing else: letters, digits and underscores, and no word of the
/// language.
///
/// lm-evaluation-harness takes such a text for the field where the record has it.
package func isFieldName(_ text: String) -> Bool {
  guard let first = text.utf8.first, !(48...57).contains(first), !reservedWords.contains(text) else {
    return false
  }
  return text.utf8.allSatisfy {
    (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_")
  }
}

/// What an expression takes for an operator or a constant, whatever the record's fields are called.
private let reservedWords: Set<String> = [
  "and", "else", "if", "in", "is", "not", "or", "true", "True", "false", "False", "none", "None",
]
