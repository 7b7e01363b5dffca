internal import JSON
internal import Records

/// An example with what a model answered.
public struct AnsweredExample: Sendable, Hashable {
  /// The cell's name in the files: `seen_templates`, `unseen_templates` or `unseen_tasks`.
  public var cell: String
  public var task: String
  /// The template's id.
  public var template: String
  public var record: String
  public var input: String
  public var target: String
  public var choices: [String]
  public var answer: String
  public var isCorrect: Bool
  /// Of the choices, in their order; empty for a generated answer; nil for one that is minus infinity.
  public var logLikelihoods: [Double?]
  /// What the model wrote before its answer, a text each time it was asked; empty without reasoning.
  public var reasoning: [String] = []
  /// The answers of the smaller questions that led to this one, in order; empty without steps.
  public var steps: [Step] = []
  /// Why there is no answer; nil where there is one.
  public var failure: String?

  /// One of the smaller questions that a task is divided into.
  public struct Step: Sendable, Hashable {
    public var name: String
    /// One, or one a turn of a loop.
    public var answers: [String]
  }

  /// The cells in the order in which reports show them.
  static let cells = ["seen_templates", "unseen_templates", "unseen_tasks"]

  /// From a line of `predictions.jsonl`; `input` and `choices` are filled from the examples' own file.
  init(_ node: JSONNode) throws {
    cell = try node.required("cell").text()
    task = try node.required("task").text()
    template = try node.required("template").text()
    record = try node.required("record").text()
    target = try node.required("target").text()
    answer = try node.optional("prediction")?.text() ?? ""
    isCorrect = try node.required("correct").boolean()
    logLikelihoods =
      try node.optional("log_likelihoods")?.items().map { $0.value == .null ? nil : try $0.number() } ?? []
    input = ""
    choices = []
    if let single = try node.optional("reasoning")?.text() { reasoning = [single] }
    if let several = try node.optional("reasonings") { reasoning = try several.items().map { try $0.text() } }
    steps = try node.optional("steps")?.items().map(Step.init) ?? []
    failure = try node.optional("failure")?.optional("message")?.text()
  }

  /// Whether both are the same template, record, task and cell.
  func isAnswer(to example: Example, in cell: String) -> Bool {
    self.cell == cell && record == example.record && template.utf8.elementsEqual(example.template.utf8)
      && task.utf8.elementsEqual(example.task.utf8)
  }
}

extension AnsweredExample.Step {
  fileprivate init(_ node: JSONNode) throws {
    let single = try node.optional("answer")?.text()
    self.init(
      name: try node.optional("name")?.text() ?? "",
      answers: try node.optional("answers")?.items().map { try $0.text() } ?? [single].compactMap(\.self))
  }
}
