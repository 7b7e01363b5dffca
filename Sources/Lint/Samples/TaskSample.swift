/// Some records of a task, rendered through each of its templates.
package struct TaskSample: Sendable {
  /// What became of one record.
  package struct Rendering: Sendable {
    package var input: String
    package var targets: [String]
    /// nil where the template has none.
    package var choices: [String]?
    /// Why there is none of this; nil for a rendering.
    package var failure: String?
    /// Tokens of the input; nil where nothing was told to count them.
    package var tokens: Int?

    package init(input: String, targets: [String], choices: [String]?, failure: String? = nil) {
      self.input = input
      self.targets = targets
      self.choices = choices
      self.failure = failure
    }

    /// What is taught; empty where there is no target.
    var target: String { targets.first ?? "" }
    var isEmpty: Bool { input.trimmingBlanks.isEmpty }
  }

  /// For each record its fields with the texts of their values, those inside lists too.
  package var values: [[FieldTexts]]
  /// For each template, in the task's order, its renderings in the order of the records; empty for a template
  /// that does not compile.
  package var renderings: [[Rendering]]

  package typealias FieldTexts = (field: String, texts: [String])

  package init(values: [[FieldTexts]], renderings: [[Rendering]]) {
    self.values = values
    self.renderings = renderings
  }
}

/// How long an input may be.
package struct LengthLimits: Sendable {
  package var characters: Int
  package var tokens: Int?

  package init(characters: Int = 8_192, tokens: Int? = nil) {
    self.characters = characters
    self.tokens = tokens
  }
}
