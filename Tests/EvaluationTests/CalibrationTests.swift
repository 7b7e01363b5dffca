import Evaluation
import Foundation
import JSON
import Testing
import Transformer

@Suite struct CalibrationTests {
  /// What numpy found (Tests/check_calibration.py).
  private static func cases() throws -> [JSONNode] {
    try JSONNode.read(Fixture.files + "/calibration.json", advice: "run check_calibration.py --write")
      .required("cases").items()
  }

  private func numbers(_ node: JSONNode) throws -> [Double] { try node.items().map { try $0.number() } }

  private func expectEqual(_ found: [Double], _ expected: [Double]) {
    #expect(found.count == expected.count)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(found) \(expected)")
  }

  @Test func equalsNumpy() throws {
    for node in try Self.cases() {
      let prompts = try node.required("content_free_prompts").items().map(numbers)
      let values = try numbers(try node.required("log_likelihoods"))
      expectEqual(Calibration.normalized(values), try numbers(try node.required("p")))
      let leaning = try #require(Calibration.contentFree(prompts))
      expectEqual(leaning, try numbers(try node.required("p_cf")))
      expectEqual(Calibration.divided(values, by: leaning), try numbers(try node.required("divided")))
      expectEqual(Calibration.difference(values, leaning), try numbers(try node.required("difference")))
      let distance = Calibration.totalVariation(Calibration.normalized(values), leaning)
      #expect(abs(distance - (try node.required("total_variation").number())) < 1e-12)
    }
  }

  @Test func whatIsTooSmallForProbabilitiesIsNot() {
    let leaning = Calibration.contentFree([[-2_000, 0], [-2_000, 0]])
    #expect(leaning?.allSatisfy { $0.isFinite } == true)
    let divided = Calibration.divided([-1_500, 0], by: leaning ?? [])
    #expect(divided.count == 2 && divided.allSatisfy { $0.isFinite })
    #expect(Calibration.contentFree([]) == nil)
  }

  /// A model that leans to the first choice and knows the answer, which its prompts tell by their record's number.
  private func leaningScorer() -> ListeningScorer {
    let scorer = ListeningScorer()
    scorer.score = { request in
      let leaning = request.choices.indices.map { -3 * Double($0) }
      guard !request.prompt.contains("blank") else { return .success(leaning) }
      let number = request.prompt.utf8.reduce(0) { $0 + Int($1) } % request.choices.count
      return .success(leaning.enumerated().map { $1 + ($0 == number ? 2 : 0) })
    }
    return scorer
  }

  private func evaluate(
    _ methods: [CalibrationMethod], _ scorer: ListeningScorer, shots: Int = 0
  ) throws -> Fixture {
    let fixture = try Fixture()
    try fixture.addPromptFiles()
    try fixture.evaluate(scorer) {
      $0.prompting.calibrations = methods
      $0.prompting.shots = shots
    }
    return fixture
  }

  @Test(arguments: [0, 3])
  func theLeaningIsTakenOut(shots: Int) throws {
    let scorer = leaningScorer()
    let fixture = try evaluate([.contextual, .contextualDifference, .domain, .batch], scorer, shots: shots)
    // With its exemplars, a content-free prompt is asked once for all records of a template.
    let blanks = scorer.asked.filter { $0.prompt.hasPrefix("sky-") && $0.prompt.contains("blank") }
    #expect(blanks.count == 8 * 3 && blanks.allSatisfy { $0.exemplars.count == shots })
    var changed = 0
    for line in try fixture.predictions() {
      guard let choice = try line.optional("calibrated_choice")?.integer() else { continue }
      let task = try line.required("task").text()
      guard task != "pairs" else { continue }
      let values = try numbers(try line.required("log_likelihoods"))
      // Without the leaning, the model's own answer has 2 more than the others.
      let own = values.enumerated().first { $1 + 3 * Double($0) > 1 }?.offset
      #expect(choice == own)
      if choice != (try line.required("choice").integer()) { changed += 1 }
    }
    #expect(changed > 20)
    let results = try fixture.results()
    #expect(try results.required("calibration").required("method").text() == "contextual")
    #expect(
      try results.required("calibration").required("inputs").items().map { try $0.text() } == [
        "N/A", "", "[MASK]",
      ])
    let sky = try results.required("tasks").items()[0]
    #expect(try sky.required("calibrated").required("seen").required("median").number() >= 0)
    let comparisons = try sky.required("comparisons")
    for name in ["contextual_difference", "domain", "batch"] {
      #expect(try comparisons.required(name).required("unseen").required("templates").items().count == 3)
    }
    let shift = try sky.required("label_shift").required("seen")
    for key in ["gold", "before", "after"] {
      #expect(abs(try numbers(try shift.required(key)).reduce(0, +) - 1) < 1e-12)
    }
    #expect(try numbers(try shift.required("before"))[0] > 0.9)
    #expect(
      try shift.required("total_variation_after").number() < shift.required("total_variation_before").number()
    )
  }

  /// `lastWords` of the prompts is what the domain method asks with.
  @Test func theDomainIsTheTemplatesEnd() throws {
    let scorer = leaningScorer()
    _ = try evaluate([.domain], scorer)
    #expect(scorer.asked.contains { $0.prompt == " Verdict:" || $0.prompt == "Verdict:" })
  }

  @Test func whatCannotBeCalibratedIsTold() throws {
    let fixture = try Fixture()
    try fixture.addPromptFiles()
    try "".write(toFile: fixture.path("evaluation/content_free.jsonl"), atomically: true, encoding: .utf8)
    let results = try fixture.evaluate(leaningScorer()) { $0.prompting.calibrations = [.contextual] }
    #expect(results.notes.contains { $0.contains("answers stand uncalibrated") })
    let sky = try fixture.results().required("tasks").items()[0]
    #expect(
      try sky.required("calibrated").required("seen").required("median").number()
        == sky.required("seen").required("median").number())
  }
}
