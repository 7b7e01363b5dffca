import Bytes
import Evaluation
import Foundation
import JSON
import Testing
import Transformer

@Suite struct EvaluatorTests {
  /// Batches and threads are about speed only.
  @Test func theSameBytesForAnyBatchAndThreads() throws {
    let (one, two) = (try Fixture(), try Fixture())
    try one.evaluate { ($0.batch, $0.threads) = (1, 1) }
    try two.evaluate { ($0.batch, $0.threads) = (1_000, 2) }
    for file in ["evaluation/results.json", "evaluation/predictions.jsonl"] {
      #expect(try one.text(file) == two.text(file))
    }
  }

  @Test func progressEndsAtTheTotal() throws {
    let fixture = try Fixture()
    var seen: [EvaluationProgress] = []
    try fixture.evaluate(HashScorer(), { $0.batch = 50 }, progress: { seen.append($0) })
    let total = try fixture.predictions().count
    #expect(seen.first?.done == 0 && seen.first?.total == total && seen.first?.secondsLeft == nil)
    #expect(seen.last?.done == total)
    #expect(seen.last?.secondsLeft == 0)
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.done < $1.done })
  }

  @Test func stoppedHalfWayItLeavesNothing() throws {
    struct Stop: Error {}
    let fixture = try Fixture()
    #expect(throws: Stop.self) {
      try fixture.evaluate(HashScorer(), { $0.batch = 10 }, progress: { if $0.done > 50 { throw Stop() } })
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: fixture.path("evaluation"))
    #expect(
      left.sorted() == ["seen_templates.jsonl", "unseen_tasks.jsonl", "unseen_templates.jsonl"])
  }

  @Test func resultsNameTheirSources() throws {
    let fixture = try Fixture()
    try fixture.evaluate()
    let results = try fixture.results()
    #expect(try results.required("format_version").integer() == 1)
    #expect(try results.required("model").text() == "hash")
    #expect(try results.required("seed").integer() == 11)
    #expect(try results.required("shots").integer() == 0)
    #expect(
      try results.required("manifest_sha256").text() == hashOfFile(at: fixture.path("manifest.json")))
    let predictions = try results.required("predictions")
    let path = fixture.path(try predictions.required("path").text())
    #expect(try predictions.required("sha256").text() == hashOfFile(at: path))
    let gap = try results.required("gap")
    #expect(try gap.required("level").number() == 0.95)
    #expect(try gap.required("resamples").integer() == 50)
  }

  @Test func withoutUnseenTemplatesThereIsNoGap() throws {
    let fixture = try Fixture()
    try FileManager.default.removeItem(atPath: fixture.path("evaluation/unseen_templates.jsonl"))
    let results = try fixture.evaluate()
    #expect(results.gap == nil && results.unseen == nil)
    #expect(results.seen != nil)
    #expect(try fixture.results().optional("gap") == nil)
  }

  @Test func tooLongPromptsAreTold() throws {
    struct ShortModel: Scorer {
      let inner = HashScorer()
      func scores(
        _ requests: [ScoringRequest], threads: Int
      ) throws -> [Result<[ChoiceScore], RequestFailure>] {
        try inner.scores(requests, threads: threads)
      }
      func generate(
        _ requests: [GenerationRequest], threads: Int
      ) throws -> [Result<GeneratedText, RequestFailure>] {
        try inner.generate(requests, threads: threads)
      }
      func cuts(of requests: [ScoringRequest]) -> PromptCuts {
        PromptCuts(prompts: requests.count, tokens: 2 * requests.count)
      }
    }
    let fixture = try Fixture()
    let results = try fixture.evaluate(ShortModel())
    let lines = try fixture.predictions()
    let ranked = try lines.count { try $0.optional("choice") != nil }
    #expect(
      results.notes.first
        == "\(ranked) of \(lines.count) prompts were longer than the model's context and lost their beginning, "
        + "\(2 * ranked) tokens in all")
  }

  @Test func generationIsLimitedByTheLongestTarget() throws {
    final class Limits: Scorer {
      nonisolated(unsafe) var met: Set<Int> = []
      func scores(
        _ requests: [ScoringRequest], threads: Int
      ) throws -> [Result<[ChoiceScore], RequestFailure>] {
        try HashScorer().scores(requests, threads: threads)
      }
      func generate(
        _ requests: [GenerationRequest], threads: Int
      ) throws -> [Result<GeneratedText, RequestFailure>] {
        met.formUnion(requests.map(\.maximumTokens))
        return try HashScorer().generate(requests, threads: threads)
      }
    }
    let fixture = try Fixture()
    let limits = Limits()
    try fixture.evaluate(limits)
    // The longest free target is `other` with the alternative ` word4 `: seven bytes and sixteen more.
    #expect(limits.met == [23])
    limits.met = []
    try fixture.evaluate(limits) { $0.maximumTokens = 3 }
    #expect(limits.met == [3])
  }
}
