import Evaluation
import Foundation
import JSON
import Records
import Testing
import Transformer

@Suite struct FewShotTests {
  private func evaluate(
    _ scorer: ListeningScorer = ListeningScorer(), _ change: (inout EvaluationSettings) -> Void
  ) throws -> (fixture: Fixture, results: EvaluationResults, scorer: ListeningScorer) {
    let fixture = try Fixture()
    try fixture.addPromptFiles()
    let results = try fixture.evaluate(scorer, change)
    return (fixture, results, scorer)
  }

  private func sky(_ scorer: ListeningScorer) -> [ScoringRequest] {
    scorer.asked.filter { $0.prompt.contains("of sky") && $0.choices.count == 3 }
  }

  @Test func exemplarsAreTheSameForAllRecordsOfATemplate() throws {
    let (fixture, results, scorer) = try evaluate { $0.prompting.shots = 4 }
    #expect(results.prompting.shots == 4)
    let asked = sky(scorer)
    #expect(asked.count > 80 && asked.allSatisfy { $0.exemplars.count == 4 })
    for template in 0..<8 {
      let own = asked.filter { $0.prompt.hasPrefix("wording \(template) ") }
      #expect(Set(own.map(\.exemplars)).count == 1)
      #expect(own.allSatisfy { $0.exemplars.allSatisfy { $0.input.hasPrefix("sky-\(template) solved") } })
    }
    for line in try fixture.predictions() {
      #expect(try line.required("exemplars").items().count == 4)
    }
    let json = try fixture.results()
    #expect(try json.required("shots").integer() == 4)
    #expect(try json.required("exemplars").required("choice").text() == "random")
    #expect(results.notes.allSatisfy { !$0.contains("exemplars") })
  }

  /// The draw follows from the seed and from nothing else.
  @Test func theSeedDecides() throws {
    let first = try evaluate { $0.prompting.shots = 3 }
    let second = try evaluate {
      $0.prompting.shots = 3
      ($0.batch, $0.threads) = (1, 2)
    }
    let third = try evaluate {
      $0.prompting.shots = 3
      $0.seed = 12
    }
    #expect(
      try first.fixture.text("evaluation/predictions.jsonl")
        == second.fixture.text("evaluation/predictions.jsonl"))
    #expect(sky(first.scorer)[0].exemplars != sky(third.scorer)[0].exemplars)
  }

  @Test func balancedExemplarsHaveEveryAnswerEquallyOften() throws {
    let (_, _, scorer) = try evaluate {
      $0.prompting.shots = 6
      $0.prompting.choice = .balanced
    }
    for request in sky(scorer) {
      #expect(
        request.exemplars.map(\.target).sorted() == ["clear", "clear", "cloudy", "cloudy", "rainy", "rainy"])
    }
  }

  /// By hand: the question's words `5` and `of` stand in one exemplar's input alone or in all of them.
  @Test func similarExemplarsStandNearestLast() throws {
    let (_, _, scorer) = try evaluate {
      $0.prompting.shots = 2
      $0.prompting.choice = .similar
    }
    let fifth = sky(scorer).filter { $0.prompt.contains(": 5 says") }
    #expect(!fifth.isEmpty)
    #expect(fifth.allSatisfy { $0.exemplars.last?.input.contains("solved 5 of sky") == true })
  }

  @Test func otherTemplatesAreOthers() throws {
    for choice in [ExemplarTemplates.other, .mixed] {
      let (_, _, scorer) = try evaluate {
        $0.prompting.shots = 5
        $0.prompting.exemplarTemplates = choice
      }
      for template in 0..<8 {
        let own = sky(scorer).filter { $0.prompt.hasPrefix("wording \(template) ") }
        let used = Set(own[0].exemplars.map { $0.input.prefix { $0 != " " } })
        #expect(choice == .other ? used.count == 1 && !used.contains("sky-\(template)") : used.count > 1)
      }
    }
  }

  @Test func ordersTellTheirSpread() throws {
    let scorer = ListeningScorer()
    // Right or wrong depends on which exemplar stands last.
    scorer.score = { request in
      let isOdd = request.exemplars.last?.input.utf8.reduce(0) { $0 + Int($1) } ?? 0
      return .success(request.choices.indices.map { -Double(($0 + isOdd) % request.choices.count) })
    }
    let (fixture, results, _) = try evaluate(scorer) {
      $0.prompting.shots = 4
      $0.prompting.orders = 5
    }
    #expect(sky(scorer).count % 5 == 0)
    let sets = Dictionary(grouping: sky(scorer)) { $0.prompt }.mapValues { Set($0.map { Set($0.exemplars) }) }
    #expect(sets.values.allSatisfy { $0.count == 1 })
    let task = try fixture.results().required("tasks").items()[0]
    let orders = try task.required("orders")
    #expect(try orders.required("n").integer() == 5)
    let values = try orders.required("seen").required("values").items().map { try $0.number() }
    #expect(values.count == 5 && values[0] == results.tasks[0].seen?.distribution.median)
    #expect(try orders.required("seen").required("low").number() == values.min())
    let mean = values.reduce(0, +) / 5
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4
    #expect(
      abs(try orders.required("seen").required("standard_deviation").number() - variance.squareRoot()) < 1e-12
    )
  }

  @Test func asManyExemplarsAsFit() throws {
    let scorer = ListeningScorer()
    // A question has seven words, an exemplar five and its answer.
    scorer.limit = 7 + 3 * 6
    let (_, results, _) = try evaluate(scorer) { $0.prompting.shots = 8 }
    #expect(sky(scorer).allSatisfy { $0.exemplars.count == 3 })
    #expect(results.notes.contains { $0.contains("have fewer than 8 exemplars, as many as fit into") })
    let poor = try evaluate { $0.prompting.shots = 9 }
    #expect(poor.results.notes.contains { $0.contains("the build kept no more; raise exemplar_records") })
  }

  @Test func continuedTextsHaveABlankBeforeTheAnswer() throws {
    let (_, _, scorer) = try evaluate {
      $0.prompting.shots = 1
      $0.prompting.framing = .continued
    }
    #expect(sky(scorer)[0].choices == [" clear", " cloudy", " rainy"])
    #expect(sky(scorer)[0].exemplars[0].target.hasPrefix(" "))
    #expect(scorer.written.allSatisfy { $0.stops == ["\n\n"] })
  }

  @Test func withoutTheFileItSaysWhatToDo() throws {
    let fixture = try Fixture()
    let error = #expect(throws: (any Error).self) { try fixture.evaluate { $0.prompting.shots = 1 } }
    #expect(
      "\(error.map { "\($0)" } ?? "")".contains(
        "'evaluation/exemplars.jsonl' is missing; build the mixture again"))
  }

  @Test func failuresCountAsWrong() throws {
    let scorer = ListeningScorer()
    scorer.score = { request in
      request.prompt.contains(": 3 says")
        ? .failure(RequestFailure(.tooLong, "no room")) : .success(request.choices.map { _ in 0 })
    }
    let (fixture, results, _) = try evaluate(scorer) { _ in }
    let lines = try fixture.predictions().filter { try $0.optional("failure") != nil }
    #expect(!lines.isEmpty && results.failures == lines.count)
    for line in lines {
      #expect(try line.required("failure").required("kind").text() == "too_long")
      #expect(try line.required("correct").boolean() == false)
      #expect(try line.optional("prediction") == nil)
    }
    // Denominators stay: each template of sky has its records.
    #expect(
      results.tasks[0].seen?.templates.map(\.n)
        == (try Fixture().evaluate().tasks[0].seen?.templates.map(\.n)))
    #expect(results.tasks[0].seen?.templates.allSatisfy { $0.byCharacters != nil } == true)
    let sky = try fixture.results().required("tasks").items()[0].required("failures")
    let expected = try lines.count { try $0.required("task").text() == "sky" }
    #expect(try sky.required("n").integer() == expected)
    #expect(try sky.required("kinds").required("too_long").integer() == expected)
    #expect(
      results.notes.contains(
        "sky: \(expected) questions have no answer and count as wrong; the first: no room"))
  }
}
