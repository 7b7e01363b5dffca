import Bytes
import Evaluation
import Foundation
import JSON
import Records

/// The mixture that `Fixtures/make.py` made, copied to a folder of its own that goes with the object.
final class Fixture {
  static let files = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures").path
  let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "evaluation-\(UUID().uuidString)").path
    try FileManager.default.copyItem(atPath: Self.files + "/mixture", toPath: folder)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// What numpy found.
  static func expected() throws -> JSONNode {
    try JSONNode.read(files + "/expected.json", advice: "run make.py")
  }

  @discardableResult
  func evaluate(
    _ scorer: any Scorer = HashScorer(), _ change: (inout EvaluationSettings) -> Void = { _ in },
    progress: (EvaluationProgress) throws -> Void = { _ in }, steps: (any StepPrompts)? = nil
  ) throws -> EvaluationResults {
    var settings = EvaluationSettings()
    settings.resamples = 50
    change(&settings)
    var evaluator = Evaluator(folder: folder, settings: settings)
    evaluator.steps = steps
    return try evaluator.run(scorer, model: ModelIdentity(name: "hash"), progress: progress)
  }

  func path(_ file: String) -> String { folder + "/" + file }

  func text(_ file: String) throws -> String { try String(contentsOfFile: path(file), encoding: .utf8) }

  func replace(_ old: String, with new: String, in file: String) throws {
    let text = try text(file)
    precondition(text.contains(old), "\(file) does not hold \(old)")
    try text.replacingOccurrences(of: old, with: new).write(
      toFile: path(file), atomically: true, encoding: .utf8)
  }

  func results() throws -> JSONNode {
    try JSONNode.read(path("evaluation/results.json"), advice: "")
  }

  func predictions() throws -> [JSONNode] {
    let path = path("evaluation/predictions.jsonl")
    let parser = try JSONParser()
    var lines: [JSONNode] = []
    try JSONLines.read(path) { bytes, line in
      lines.append(JSONNode(try parser.parse(bytes), file: "\(path):\(line)", advice: ""))
    }
    return lines
  }
}
