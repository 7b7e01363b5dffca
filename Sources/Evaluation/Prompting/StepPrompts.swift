internal import Bytes
internal import JSON
public import Records

/// Renders the prompts of templates that ask step by step. Whoever knows the templates' language gives it to the
/// evaluator.
public protocol StepPrompts {
  /// - Parameters:
  ///   - step: a place in the template's steps.
  ///   - variables: the record's fields, `answer_choices`, the answers of earlier steps, and in a loop `item`.
  /// - Throws: what is wrong with the template for these values.
  func prompt(
    task: String, template: String, step: Int, variables: ValueDictionary, record: String
  ) throws -> String
}

/// A mixture's `evaluation/records.jsonl`: what steps are rendered from.
struct MeasuredRecords: Sendable {
  static let path = "evaluation/records.jsonl"
  private var fields: [String: ValueDictionary] = [:]

  init(folder: String) throws {
    let path = folder + "/" + Self.path
    guard fileExists(path) else {
      throw Diagnostic(
        "templates ask step by step, but '\(path)' is missing; build the mixture again",
        at: SourceLocation(path: path))
    }
    let parser = try JSONParser()
    var fields: [String: ValueDictionary] = [:]
    try JSONLines.read(path) { bytes, line in
      let node = JSONNode(
        try parser.parse(bytes, path: path, line: line), file: path, advice: "build the mixture again")
      let key = Self.key(try node.required("task").text(), try node.required("record").text())
      fields[key] = try node.required("fields").dictionary()
    }
    self.fields = fields
  }

  func fields(of example: Example) -> ValueDictionary? { fields[Self.key(example.task, example.record)] }

  private static func key(_ task: String, _ record: String) -> String { record + task }
}
