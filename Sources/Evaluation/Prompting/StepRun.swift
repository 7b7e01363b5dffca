internal import Bytes
internal import Records
internal import Transformer

/// The answers of one question's steps so far.
struct StepRun {
  let steps: [MixtureSummary.Template.Step]
  private let example: Example
  private var variables: ValueDictionary
  /// In the order of the steps; in a loop one an item.
  private(set) var answers: [StepAnswer] = []
  var failure: RequestFailure?

  init(_ question: Question, _ steps: [MixtureSummary.Template.Step], fields: ValueDictionary?) {
    example = question.example
    self.steps = steps
    variables = fields ?? ValueDictionary()
    if !example.choices.isEmpty { variables["answer_choices"] = .list(example.choices.map(Value.string)) }
    if fields == nil {
      failure = RequestFailure(
        .rendering, "the record \(example.record) is not in \(MeasuredRecords.path); build the mixture again")
    }
  }

  /// The prompts of a step: one, or one an item of what it runs over; none where it cannot be rendered.
  mutating func prompts(_ step: Int, _ renderer: any StepPrompts) -> [String] {
    guard failure == nil, steps.indices.contains(step) else { return [] }
    do {
      guard let loop = steps[step].loop else { return [try prompt(step, variables, renderer)] }
      return try items(loop).map { item in
        var inner = variables
        inner["item"] = item
        return try prompt(step, inner, renderer)
      }
    } catch {
      failure = RequestFailure(.rendering, "step '\(steps[step].name)' cannot be rendered: \(error)")
      return []
    }
  }

  private func prompt(_ step: Int, _ values: ValueDictionary, _ renderer: any StepPrompts) throws -> String {
    try renderer.prompt(
      task: example.task, template: example.template, step: step, variables: values, record: example.record)
  }

  /// The items of a list, or the lines of a text that hold something.
  private func items(_ name: String) -> [Value] {
    switch variables[name] {
    case .list(let items)?: items
    case .string(let text)?:
      text.split(separator: "\n").map { Self.trimmed(String($0)) }.filter { !$0.isEmpty }.map(Value.string)
    case .null?, nil: []
    case let other?: [other]
    }
  }

  /// Notes what the model answered to a step's prompts.
  mutating func note(_ texts: [String], step: Int) {
    let trimmed = texts.map(Self.trimmed)
    let name = steps[step].name
    answers.append(StepAnswer(name: name, isLoop: steps[step].loop != nil, answers: trimmed))
    variables[name] =
      steps[step].loop == nil ? .string(trimmed.first ?? "") : .list(trimmed.map(Value.string))
  }

  private static func trimmed(_ text: String) -> String {
    var bytes = Array(text.utf8)[...]
    while let first = bytes.first, first <= 32 { bytes.removeFirst() }
    while let last = bytes.last, last <= 32 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// What a model answered to one step.
package struct StepAnswer: Sendable, Hashable {
  package var name: String
  package var isLoop: Bool
  /// One, or in a loop one an item.
  package var answers: [String]
}
