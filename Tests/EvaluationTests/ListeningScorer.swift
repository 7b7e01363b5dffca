import Evaluation
import Foundation
import Records
import Transformer

/// A model that keeps what it is asked and answers as a test says.
final class ListeningScorer: Scorer {
  // Proof for unsafe: the evaluator calls from one thread.
  nonisolated(unsafe) var asked: [ScoringRequest] = []
  nonisolated(unsafe) var written: [GenerationRequest] = []
  nonisolated(unsafe) var score: (ScoringRequest) -> Result<[Double], RequestFailure> = { request in
    .success(request.choices.indices.map { -Double($0) })
  }
  nonisolated(unsafe) var write: (GenerationRequest) -> Result<String, RequestFailure> = { _ in .success("") }
  /// Tokens: one a word of prompt and exemplars.
  nonisolated(unsafe) var limit: Int?

  func scores(
    _ requests: [ScoringRequest], threads: Int
  ) throws -> [Result<[ChoiceScore], RequestFailure>] {
    asked += requests
    return requests.map { request in
      score(request).map { $0.map { ChoiceScore(logLikelihood: $0, tokens: 1, isGreedy: false) } }
    }
  }

  func generate(
    _ requests: [GenerationRequest], threads: Int
  ) throws -> [Result<GeneratedText, RequestFailure>] {
    written += requests
    return requests.map { write($0).map { GeneratedText(text: $0, tokens: 1, ending: .end) } }
  }

  func lengths(of requests: [ScoringRequest]) -> (tokens: [Int], limit: Int)? {
    guard let limit else { return nil }
    func words(_ text: String) -> Int { text.split(separator: " ").count }
    return (
      requests.map { request in
        words(request.prompt) + request.exemplars.reduce(0) { $0 + words($1.input) + words($1.target) }
      }, limit
    )
  }
}

extension Fixture {
  /// Writes the files that serve prompts: eight training records a task under all of its templates.
  func addPromptFiles(rationale: ((Int) -> String)? = nil) throws {
    var exemplars = ""
    var blanks = ""
    var index = 0
    for task in try manifest() {
      for record in 0..<8 {
        for template in task.templates {
          let right = task.choices.isEmpty ? "word\(record)" : task.choices[record % task.choices.count]
          var line =
            "{\"input\": \"\(template) solved \(record) of \(task.name)\", \"target\": \"\(right)\", \"task\": \"\(task.name)\""
            + ", \"template\": \"\(template)\", \"record\": \"\(task.name)-pool-\(record)\", \"index\": \(index)"
          if !task.choices.isEmpty { line += ", \"choices\": [\(quoted(task.choices))]" }
          if let rationale { line += ", \"rationale\": \"\(rationale(record))\"" }
          exemplars += line + "}\n"
          index += 1
        }
      }
      for template in task.templates where !task.choices.isEmpty {
        for content in ["N/A", "", "[MASK]"] {
          blanks +=
            "{\"task\": \"\(task.name)\", \"template\": \"\(template)\", \"record\": null, \"content\": \"\(content)\", "
            + "\"input\": \"\(template) blank \(content) Verdict:\", \"choices\": [\(quoted(task.choices))]}\n"
        }
      }
    }
    try exemplars.write(toFile: path("evaluation/exemplars.jsonl"), atomically: true, encoding: .utf8)
    try blanks.write(toFile: path("evaluation/content_free.jsonl"), atomically: true, encoding: .utf8)
  }

  private func quoted(_ texts: [String]) -> String { texts.map { "\"\($0)\"" }.joined(separator: ", ") }

  private func manifest() throws -> [(name: String, templates: [String], choices: [String])] {
    let known: [String: [String]] = [
      "sky": ["clear", "cloudy", "rainy"], "pairs": ["first", "second"], "only_seen": ["yes", "no"],
      "never": ["left", "right"],
    ]
    let counts = ["sky": 8, "pairs": 6, "echo": 5, "single": 2, "only_seen": 3, "never": 4]
    return ["sky", "pairs", "echo", "single", "only_seen", "never"].map { name in
      (name, (0..<(counts[name] ?? 0)).map { "\(name)-\($0)" }, known[name] ?? [])
    }
  }
}
