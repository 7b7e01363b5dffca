import Bytes
import Evaluation
import Foundation
import Records
import Testing

/// Comparisons and budgets from folders of hand-made answers.
@Suite struct ComparisonTests {
  /// A folder whose predictions are given as templates by records, 1 for right.
  private final class Answers {
    let folder = NSTemporaryDirectory() + "/answers-" + UUID().uuidString

    init(_ model: String, metric: String = "accuracy", _ cells: [String: [[Int]]]) throws {
      let manager = FileManager.default
      try manager.createDirectory(atPath: folder + "/evaluation", withIntermediateDirectories: true)
      try """
      {"format_version": 1, "model": "\(model)", "seed": 5, "gap": {"level": 0.95, "resamples": 400},
       "tasks": [{"name": "t", "metric": "\(metric)"}]}
      """.write(toFile: folder + "/evaluation/results.json", atomically: true, encoding: .utf8)
      var lines = ""
      for (cell, templates) in cells.sorted(by: { $0.key < $1.key }) {
        var index = 0
        for record in templates[0].indices {
          for (template, outcomes) in templates.enumerated() {
            let isRight = outcomes[record] == 1
            lines +=
              #"{"task": "t", "template": "\#(cell) \#(template)", "record": "r\#(record)", "cell": "\#(cell)", "#
              + #""index": \#(index), "prediction": "\#(isRight ? "yes" : "no")", "target": "yes", "#
              + #""correct": \#(isRight)}"# + "\n"
            index += 1
          }
        }
      }
      try lines.write(toFile: folder + "/evaluation/predictions.jsonl", atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
  }

  /// By hand: template means 2/3, 1 and 1/3 against 1/3, 1 and 2/3.
  @Test func comparisonByHand() throws {
    let first = try Answers("a", ["seen_templates": [[1, 1, 0], [1, 1, 1], [0, 0, 1]]])
    let second = try Answers("b", ["seen_templates": [[1, 0, 0], [1, 1, 1], [0, 1, 1]]])
    let comparison = try ModelComparison(EvaluatedFolder(first.folder), EvaluatedFolder(second.folder))
    let cell = try #require(comparison.cells.first)
    #expect(comparison.cells.count == 1)
    #expect(abs(cell.all.first - 2.0 / 3) < 1e-12)
    #expect(abs(cell.all.second - 2.0 / 3) < 1e-12)
    #expect(abs(cell.all.difference.mean) < 1e-12)
    #expect((cell.all.wins, cell.all.ties, cell.all.losses) == (1, 1, 1))
    #expect(cell.all.share == 0.5)
    #expect(comparison.unshared == 0)
  }

  @Test func onlySharedAnswersCount() throws {
    let first = try Answers("a", ["seen_templates": [[1, 1, 0, 1], [1, 1, 1, 1]], "unseen_tasks": [[1]]])
    let second = try Answers("b", ["seen_templates": [[1, 0, 0]]])
    let comparison = try ModelComparison(EvaluatedFolder(first.folder), EvaluatedFolder(second.folder))
    let cell = try #require(comparison.cells.first)
    #expect(cell.all.templates == 1)
    #expect(cell.all.records == 3)
    #expect(abs(cell.all.difference.mean - 1.0 / 3) < 1e-12)
    #expect(comparison.unshared == 6)
  }

  @Test func nothingInCommonIsRefused() throws {
    let first = try Answers("a", ["seen_templates": [[1]]])
    let second = try Answers("b", ["unseen_templates": [[1]]])
    #expect(throws: Diagnostic.self) {
      try ModelComparison(EvaluatedFolder(first.folder), EvaluatedFolder(second.folder))
    }
    let third = try Answers("c", metric: "exact_match", ["seen_templates": [[1]]])
    #expect(throws: Diagnostic.self) {
      try ModelComparison(EvaluatedFolder(first.folder), EvaluatedFolder(third.folder))
    }
  }

  /// Two models that agree on most answers: the paired interval is far narrower than either's own, and it
  /// holds the true difference as often as it says.
  @Test func pairedIntervalsHoldTheTruth() throws {
    var random = SeededGenerator(SeedKey(seed: 8).part("paired"))
    func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }
    let rounds = 300
    var held = 0
    var width = 0.0
    let truth = Self.difference()
    for round in 0..<rounds {
      let templates = (0..<8).map { _ in 0.3 * (unit() + unit() + unit() - 1.5) }
      let records = (0..<40).map { _ in unit() - 0.5 }
      var (one, two): ([[Double?]], [[Double?]]) = ([], [])
      for ease in records {
        let draws = templates.map { ($0 + ease + 0.55, unit()) }
        one.append(draws.map { $0.1 < $0.0 + 0.05 ? 1 : 0 })
        two.append(draws.map { $0.1 < $0.0 - 0.05 ? 1 : 0 })
      }
      let grid = PairedGrid(PairedGrid(rows: one, seen: 8), minus: PairedGrid(rows: two, seen: 8))
      let estimate = try #require(
        differenceEstimate(
          [("t", grid)], settings: BootstrapSettings(resamples: 200, seed: UInt64(round))))
      if estimate.low <= truth, truth <= estimate.high { held += 1 }
      width += (estimate.high - estimate.low) / Double(rounds)
    }
    // 95% of 300 rounds give or take two and a half standard errors.
    #expect((0.92...0.985).contains(Double(held) / Double(rounds)), "\(held)")
    #expect(width < 0.1)
  }

  /// The chance that a draw falls between both thresholds: over template and record effects, by summing over a fine grid of both.
  private static func difference() -> Double {
    var (sum, weight) = (0.0, 0.0)
    let steps = 24
    func clipped(_ value: Double) -> Double { max(0, min(1, value)) }
    for a in 0..<steps {
      for b in 0..<steps {
        for c in 0..<steps {
          for d in 0..<steps {
            func middle(_ step: Int) -> Double { (Double(step) + 0.5) / Double(steps) }
            let effect = 0.3 * (middle(a) + middle(b) + middle(c) - 1.5) + middle(d) - 0.5 + 0.55
            sum += clipped(effect + 0.05) - clipped(effect - 0.05)
            weight += 1
          }
        }
      }
    }
    return sum / weight
  }
}
