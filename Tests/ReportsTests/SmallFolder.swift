import Foundation
import JSON
import Records

/// An output folder of two trained tasks and one held out, with names that try to break out of HTML.
final class SmallFolder {
  static let evilTask = "a<b>\"&'c"
  static let evilTemplate = "</title><script>alert(1)</script>"
  static let evilPrompt = "<img src=x onerror=alert(2)> & \u{202E}right to left\u{0} \u{1B}[31m"
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "report-\(UUID().uuidString)").path
    for folder in ["evaluation", "model"] {
      try FileManager.default.createDirectory(
        atPath: path + "/" + folder, withIntermediateDirectories: true)
    }
    try write("manifest.json", Self.manifest)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ file: String, _ text: String) throws {
    try text.write(toFile: path + "/" + file, atomically: true, encoding: .utf8)
  }

  /// Everything that an evaluated run leaves.
  func fill() throws {
    try write("evaluation/results.json", Self.results)
    try write("model/training_log.jsonl", Self.log)
    var predictions = ""
    for (cell, task, templates) in Self.cells {
      var examples = ""
      for index in 0..<24 {
        let line = Self.line(
          cell: cell, task: task, template: templates[index % templates.count], index: index)
        examples += line.example + "\n"
        predictions += line.prediction + "\n"
      }
      let file = path + "/evaluation/\(cell).jsonl"
      let old = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
      try (old + examples).write(toFile: file, atomically: true, encoding: .utf8)
    }
    try write("evaluation/predictions.jsonl", predictions)
  }

  private static let cells = [
    ("seen_templates", evilTask, ["e1", "e2"]), ("seen_templates", "plain", ["p1"]),
    ("unseen_templates", evilTask, ["e3"]), ("unseen_templates", "plain", ["p2", "p3"]),
    ("unseen_tasks", "held", ["h1"]),
  ]

  private static func line(
    cell: String, task: String, template: String, index: Int
  ) -> (example: String, prediction: String) {
    let record = String(repeating: "0", count: 30) + String(10 + index)
    let choices = task == "plain" ? "" : ",\"choices\":[\"yes\",\"no\"]"
    let numbers = task == "plain" ? "" : ",\"choice\":0,\"log_likelihoods\":[-0.25,null]"
    let common = "\"task\":\(quoted(task)),\"template\":\"\(template)\",\"record\":\"\(record)\""
    let prompt = quoted("prompt \(index) of \(task) in \(cell): \(evilPrompt)")
    return (
      "{\"input\":\(prompt),\"target\":\"yes\",\(common),\"index\":\(index)\(choices)}",
      "{\(common),\"cell\":\"\(cell)\",\"index\":\(index),\"prediction\":\"\(index % 3 == 0 ? "yes" : "no")\","
        + "\"target\":\"yes\",\"correct\":\(index % 3 == 0)\(numbers)}"
    )
  }

  private static func quoted(_ text: String) -> String {
    let document = JSONText.document(.string(text))
    return String(document.dropLast())
  }

  private static func task(
    _ name: String, _ cluster: String, rate: Double, count: Int, _ templates: String
  ) -> String {
    """
    {"name": \(quoted(name)), "cluster": "\(cluster)", "metric": "accuracy",
     "records": {"train": 1500, "validation": 0, "test": 24, "quarantined": 2},
     "rate": \(rate), "count": \(count), "epochs": 1.5, "templates": \(templates)}
    """
  }

  static let manifest = """
    {"format_version": 1, "phrasebook_version": "0.1", "seed": 18446744073709551615, "cap": null,
     "temperature": 2, "total": 4000, "tasks": [
     \(task(evilTask, "nli", rate: 0.6, count: 2420, """
      {"seen": [{"id": "e1", "name": \(quoted(evilTemplate)), "family": "f"}, {"id": "e2", "name": "two", "family": "g"}],
       "unseen": [{"id": "e3", "name": "three", "family": "h"}]}
      """)),
     \(task("plain", "words", rate: 0.4, count: 1580, """
      {"seen": [{"id": "p1", "name": "one", "family": "f"}],
       "unseen": [{"id": "p2", "name": "two", "family": "g"}, {"id": "p3", "name": "three", "family": "h"}]}
      """)),
     \(task("held", "skill", rate: 0, count: 0, """
      {"seen": [], "unseen": [{"id": "h1", "name": "only", "family": "f"}]}
      """))],
     "inputs": [{"path": "corpora/<x>.jsonl", "sha256": "1111"}],
     "shards": [{"path": "train-00000-of-00001.jsonl", "sha256": "2222", "examples": 4000, "bytes": 1234567}]}
    """

  private static func cell(_ median: Double, _ templates: [(String, String, Double)]) -> String {
    let list = templates.map { "{\"id\": \"\($0)\", \"name\": \(quoted($1)), \"n\": 24, \"value\": \($2)}" }
    return """
      {"median": \(median), "mean": \(median), "q1": \(median - 0.1), "q3": \(median + 0.05),
       "worst": 0.1, "best": 1, "templates": [\(list.joined(separator: ", "))]}
      """
  }

  static let results = """
    {"format_version": 1, "model": "model", "shots": 0, "seed": 7,
     "gap": {"mean": 0.45, "low": 0.3125, "high": 0.5, "level": 0.95, "resamples": 2000},
     "seen": 0.875, "unseen": 0.425, "chance": 0.25, "majority": 0.3,
     "tasks": [
      {"name": \(quoted(evilTask)), "cluster": "nli", "metric": "accuracy", "n": 24, "chance": 0.5,
       "majority": 0.55, "gap": 0.3, "gap_interval": [0.1, 0.4],
       "seen": \(cell(0.9, [("e1", evilTemplate, 0.95), ("e2", "two", 0.85)])),
       "unseen": \(cell(0.6, [("e3", "three", 0.6)]))},
      {"name": "plain", "cluster": "words", "metric": "exact_match", "n": 1024, "chance": 0, "majority": 0.05,
       "gap": 0.6, "seen": \(cell(0.85, [("p1", "one", 0.85)])),
       "unseen": \(cell(0.25, [("p2", "two", 0.25), ("p3", "three", 0.25)]))}],
     "unseen_tasks": [
      {"name": "held", "cluster": "skill", "metric": "accuracy", "n": 24, "chance": 0.5, "majority": 0.5,
       "unseen": \(cell(0.48, [("h1", "only", 0.48)]))}],
     "notes": ["a note <with> marks"]}
    """

  static let log =
    (1...700).map { step in
      "{\"step\": \(step), \"loss\": \(5.0 / Double(step) + 0.5), \"learning_rate\": 0.001, \"tokens\": \(step * 100)"
        + (step % 100 == 0 ? ", \"validation_loss\": 0.75}" : "}")
    }.joined(separator: "\n") + "\n"
}
