import Evaluation
import JSON
import Records
import Testing

/// The figures of a whole evaluation against numpy's (`Fixtures/make.py`).
@Suite struct FiguresTests {
  @Test func everyTaskAsNumpySays() throws {
    let fixture = try Fixture()
    try fixture.evaluate()
    let expected = try Fixture.expected()
    for list in ["tasks", "unseen_tasks"] {
      let wanted = try expected.required(list).dictionary()
      let found = try fixture.results().required(list).items()
      #expect(try found.map { try $0.required("name").text() } == wanted.keys)
      for task in found {
        try compare(task, try expected.required(list).required(task.required("name").text()))
      }
    }
  }

  private func compare(_ task: JSONNode, _ wanted: JSONNode) throws {
    for key in ["chance", "majority", "gap"] {
      guard let value = try wanted.optional(key)?.number() else { continue }
      #expect(abs(try task.required(key).number() - value) < 1e-12, "\(task.way).\(key)")
    }
    if let records = try wanted.optional("n") {
      #expect(try task.required("n").integer() == records.integer(), "\(task.way)")
    }
    for cell in ["seen", "unseen"] {
      guard let wanted = try wanted.optional(cell) else {
        #expect(try task.optional(cell) == nil)
        continue
      }
      let found = try task.required(cell)
      for key in ["median", "mean", "q1", "q3", "worst", "best"] {
        let difference = abs(try found.required(key).number() - (try wanted.required(key).number()))
        #expect(difference < 1e-12, "\(found.way).\(key)")
      }
      let templates = try found.required("templates").items()
      let wantedTemplates = try wanted.required("templates").items()
      #expect(templates.count == wantedTemplates.count)
      for (template, wanted) in zip(templates, wantedTemplates) {
        #expect(try template.required("id").text() == wanted.required("id").text())
        #expect(try template.required("n").integer() == wanted.required("n").integer())
        for key in ["value", "acc_norm", "acc_bytes"] {
          let (one, two) = (try template.optional(key)?.number(), try wanted.optional(key)?.number())
          #expect(one == two, "\(template.way).\(key)")
        }
      }
    }
  }

  @Test func everyAnswerAsPythonSays() throws {
    let fixture = try Fixture()
    try fixture.evaluate { $0.batch = 7 }
    let answers = try Fixture.expected().required("answers")
    for cell in ["seen_templates", "unseen_templates", "unseen_tasks"] {
      let found = try fixture.predictions().filter { try $0.required("cell").text() == cell }
      let wanted = try answers.required(cell).items().map { try $0.items() }
      #expect(try found.map { try $0.required("prediction").text() } == wanted.map { try $0[0].text() })
      #expect(try found.map { try $0.required("correct").boolean() } == wanted.map { try $0[1].boolean() })
      #expect(try found.map { try $0.required("index").integer() } == Array(0..<wanted.count))
    }
  }

  @Test func gapIsSeenMinusUnseenAndTheMeanOfTheTasks() throws {
    let fixture = try Fixture()
    let results = try fixture.evaluate()
    let gap = try #require(results.gap?.gap.mean)
    #expect(abs(gap - (try #require(results.seen)) + (try #require(results.unseen))) < 1e-12)
    let tasks = results.tasks.compactMap(\.gap?.mean)
    #expect(tasks.count == 4)
    #expect(abs(gap - tasks.reduce(0, +) / 4) < 1e-12)
  }

  /// Python replays our generator's draws: the intervals agree to rounding.
  @Test func intervalsFromTheSameDraws() throws {
    let fixture = try Fixture()
    let expected = try Fixture.expected()
    let count = try expected.required("exact_resamples").integer()
    let results = try fixture.evaluate { $0.resamples = count }
    let gap = try #require(results.gap)
    let found = ["gap": gap.gap, "gap_of_means": gap.gapOfMeans, "seen": gap.seen, "unseen": gap.unseen]
    for (name, estimate) in found {
      let wanted = try expected.required(name)
      let ends = try wanted.required("exact").items().map { try $0.number() }
      #expect(abs(estimate.mean - (try wanted.required("mean").number())) < 1e-12, "\(name)")
      #expect(abs(estimate.low - ends[0]) < 1e-9, "\(name)")
      #expect(abs(estimate.high - ends[1]) < 1e-9, "\(name)")
    }
    for task in results.tasks {
      guard let estimate = task.gap else { continue }
      let ends = try expected.required("tasks").required(task.name).required("gap_interval").items()
      #expect(abs(estimate.low - (try ends[0].number())) < 1e-9, "\(task.name)")
      #expect(abs(estimate.high - (try ends[1].number())) < 1e-9, "\(task.name)")
    }
  }

  /// numpy draws by itself, 40,000 times: the intervals agree within the sampling error of 4,000.
  @Test func intervalsFromIndependentDraws() throws {
    let fixture = try Fixture()
    let results = try fixture.evaluate { $0.resamples = 4_000 }
    let expected = try Fixture.expected()
    let gap = try #require(results.gap)
    for (name, estimate) in [("gap", gap.gap), ("gap_of_means", gap.gapOfMeans), ("seen", gap.seen)] {
      let ends = try expected.required(name).required("free").items().map { try $0.number() }
      #expect(abs(estimate.low - ends[0]) < 0.015, "\(name)")
      #expect(abs(estimate.high - ends[1]) < 0.015, "\(name)")
    }
  }

  @Test func whatIsLeftOutIsTold() throws {
    let fixture = try Fixture()
    let notes = try fixture.evaluate().notes
    #expect(notes.contains { $0.hasPrefix("sky: 1 records occur with only seen or only unseen templates") })
    #expect(notes.contains { $0.hasPrefix("sky: the target of 1 of ") })
    #expect(notes.count == 2)
  }
}
