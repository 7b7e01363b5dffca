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

  /// The cells in the order in which reports show them.
  static let cells = ["seen_templates", "unseen_templates", "unseen_tasks"]

  /// From a line of `predictions.jsonl`; `input` and `choices` are filled from the examples' own file.
  init(_ node: JSONNode) throws {
    cell = try node.required("cell").text()
    task = try node.required("task").text()
    template = try node.required("template").text()
    record = try node.required("record").text()
    target = try node.required("target").text()
    answer = try node.required("prediction").text()
    isCorrect = try node.required("correct").boolean()
    logLikelihoods =
      try node.optional("log_likelihoods")?.items().map { $0.value == .null ? nil : try $0.number() } ?? []
    input = ""
    choices = []
  }

  /// Whether both are the same template, record, task and cell.
  func isAnswer(to example: Example, in cell: String) -> Bool {
    self.cell == cell && record == example.record && template.utf8.elementsEqual(example.template.utf8)
      && task.utf8.elementsEqual(example.task.utf8)
  }
}
