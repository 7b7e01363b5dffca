import Evaluation
import Foundation
import JSON
import Testing
import Transformer

@Suite struct ChainOfThoughtTests {
  private func evaluate(
    _ scorer: ListeningScorer, rationale: ((Int) -> String)? = nil,
    _ change: (inout EvaluationSettings) -> Void
  ) throws -> Fixture {
    let fixture = try Fixture()
    try fixture.addPromptFiles(rationale: rationale)
    try fixture.evaluate(scorer) {
      $0.prompting.chainOfThought = ChainOfThought()
      change(&$0)
    }
    return fixture
  }

  @Test func twoStages() throws {
    let scorer = ListeningScorer()
    scorer.write = {
      $0.prompt.contains("Therefore") ? .success(" cloudy, I think.") : .success("Clouds are grey.")
    }
    let fixture = try evaluate(scorer) { _ in }
    #expect(scorer.asked.isEmpty)
    let first = try #require(scorer.written.first { $0.prompt.hasPrefix("wording 0 of sky: 0") })
    #expect(first.prompt == "wording 0 of sky: 0 says 0\nLet's think step by step.")
    #expect(first.maximumTokens == 128 && first.sampling == nil)
    let second = try #require(scorer.written.first { $0.prompt.hasPrefix(first.prompt + " ") })
    #expect(second.prompt == first.prompt + " Clouds are grey.\nTherefore, the answer is")
    #expect(scorer.written.contains { $0.prompt.hasSuffix("\nTherefore, the answer (Yes or No) is") })
    let line = try #require(try fixture.predictions().first { try $0.required("task").text() == "sky" })
    #expect(try line.required("reasoning").text() == "Clouds are grey.")
    #expect(try line.required("parsed").text() == "cloudy" && line.required("choice").integer() == 1)
    #expect(try line.required("answer_kind").text() == "choice")
    let never = try #require(try fixture.predictions().first { try $0.required("task").text() == "never" })
    #expect(try never.optional("parsed") == nil && never.required("correct").boolean() == false)
    let parsing = try fixture.results().required("tasks").items()[0].required("parsing").required("seen")
    #expect(try parsing.required("parse_rate").number() == 1)
    #expect(
      try parsing.required("kinds").required("choice").required("n").integer()
        == parsing.required("n").integer())
    let lost = try fixture.results().required("unseen_tasks").items()[0].required("parsing").required(
      "unseen")
    #expect(try lost.required("parse_rate").number() == 0 && lost.optional("value_of_parsed") == nil)
  }

  @Test func triggersAreMeasuredOneByOne() throws {
    let scorer = ListeningScorer()
    scorer.write = { $0.prompt.contains("Sleep") ? .success("rainy") : .success("cloudy") }
    let fixture = try evaluate(scorer) { $0.prompting.chainOfThought?.triggers = ["Think.", "Sleep."] }
    let sky = try fixture.results().required("tasks").items()[0]
    let triggers = try sky.required("triggers").items()
    #expect(try triggers.map { try $0.required("trigger").text() } == ["Think.", "Sleep."])
    let values = try triggers.map { try $0.required("seen").number() }
    #expect(try values[0] == sky.required("seen").required("median").number() && values[0] != values[1])
  }

  @Test func theMostFrequentOfSampledAnswersCounts() throws {
    let scorer = ListeningScorer()
    var sampled: [GenerationRequest] = []
    scorer.write = { request in
      guard !request.prompt.contains("Therefore") else {
        return .success(String(request.prompt.split(separator: "\n").dropLast().last ?? ""))
      }
      sampled.append(request)
      // Three of five ways lead to rainy.
      return .success(["clear", "rainy", "rainy", "cloudy", "rainy"][(sampled.count - 1) / self.batches % 5])
    }
    let fixture = try evaluate(scorer) {
      $0.batch = 1
      $0.prompting.chainOfThought?.samples = 5
      $0.prompting.chainOfThought?.temperature = 0.5
    }
    let keys = sampled.compactMap(\.sampling?.key)
    #expect(keys.count == sampled.count && Set(keys).count == keys.count)
    #expect(sampled.allSatisfy { $0.sampling?.temperature == 0.5 })
    for line in try fixture.predictions() where try line.required("task").text() == "sky" {
      #expect(try line.required("parsed").text() == "rainy")
      #expect(try line.required("votes").items().count == 5 && line.required("reasonings").items().count == 5)
    }
  }
  private let batches = 1

  private static func reason(_ number: Int) -> String { "Because \(number).\\n\\nSo.\\n#### \(number)" }

  @Test func exemplarsShowTheirReasons() throws {
    let scorer = ListeningScorer()
    scorer.write = { _ in .success("The sky is grey. The answer is cloudy.") }
    let fixture = try evaluate(scorer, rationale: Self.reason) {
      $0.prompting.shots = 2
    }
    let request = try #require(scorer.written.first { $0.prompt == "wording 0 of sky: 0 says 0" })
    #expect(request.exemplars.count == 2)
    #expect(request.exemplars.allSatisfy { $0.target.hasPrefix("Because ") && $0.target.hasSuffix(".") })
    #expect(request.exemplars.allSatisfy { $0.target.contains(".\nSo. The answer is ") })
    #expect(!scorer.written.contains { $0.prompt.contains("Therefore") })
    let line = try #require(try fixture.predictions().first { try $0.required("task").text() == "sky" })
    #expect(try line.required("parsed").text() == "cloudy")
    let mute = #expect(throws: (any Error).self) { try self.evaluate(scorer) { $0.prompting.shots = 1 } }
    #expect("\(mute.map { "\($0)" } ?? "")".contains("has no reasoning to show; name the field"))
  }
}
