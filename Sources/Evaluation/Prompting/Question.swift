internal import Records
internal import Transformer

/// An example on its way to the model: what is asked, and what stands solved before it.
struct Question {
  var example: Example
  /// The input as the model reads it.
  var prompt: String
  /// In the order in which they stand.
  var exemplars: [Example]
  /// The same as the model reads them.
  var solved: [Exemplar]

  /// The answers as they follow the prompt: where texts are continued, a blank divides the two.
  func answers(_ choices: [String], _ framing: Framing) -> [String] {
    choices.map { Question.answer($0, after: prompt, framing) }
  }

  static func answer(_ answer: String, after prompt: String, _ framing: Framing) -> String {
    guard framing == .continued, let last = prompt.unicodeScalars.last, !last.properties.isWhitespace,
      let first = answer.unicodeScalars.first, !first.properties.isWhitespace
    else { return answer }
    return " " + answer
  }
}

/// One way of asking every question, of several that are tried.
struct AskingArm: Sendable, Hashable {
  /// Of the exemplars.
  var order: Int
  /// A place in the list of triggers.
  var trigger: Int

  /// The first gives the figures; then other orders, then other triggers.
  static func all(_ settings: PromptingSettings) -> [AskingArm] {
    let orders = settings.shots > 1 ? max(1, settings.orders) : 1
    let triggers = max(1, settings.chainOfThought?.triggers.count ?? 1)
    return (0..<orders).map { AskingArm(order: $0, trigger: 0) }
      + (1..<max(1, triggers)).map { AskingArm(order: 0, trigger: $0) }
  }
}
