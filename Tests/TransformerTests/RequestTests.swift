import Glibc
import Testing
import Transformer

/// What stands around prompts, where texts end, and how tokens are drawn.
@Suite struct RequestTests {
  static let model = Result { try InferenceTests.model(context: 200) }

  /// −log p of an answer by a pass over nothing else.
  static func plain(_ prompt: [Int32], _ answer: [Int32]) throws -> Double {
    try InferenceTests.plain(model.get(), prompt, answer)
  }

  @Test func exemplarsAreEarlierTurnsOfTheModelsForm() throws {
    let model = try Self.model.get()
    let exemplars = [Exemplar(input: "17 or 23?", target: "23"), Exemplar(input: "x", target: "y")]
    let request = ScoringRequest(prompt: "red?", choices: ["yes", "no"], exemplars: exemplars)
    func ids(_ text: String) -> [Int32] { model.tokenizer.encode(text) }
    // Our learner's marks: 0 begins a turn, 1 its answer, 2 ends it.
    let prompt =
      [0] + ids("17 or 23?") + [1] + ids("23") + [2, 0] + ids("x") + [1] + ids("y") + [2, 0] + ids("red?") + [
        1
      ]
    for (choice, score) in zip(request.choices, try model.scores([request], threads: 1)[0].get()) {
      let expected = -(try Self.plain(prompt, ids(choice) + [2]))
      #expect(abs(score.logLikelihood - expected) < 1e-4)
      #expect(score.tokens == ids(choice).count + 1)
    }
    let lengths = model.lengths(of: [request])
    #expect(lengths?.tokens == [prompt.count + max(ids("yes").count, ids("no").count) + 1])
    #expect(lengths?.limit == 200)
  }

  @Test func continuedTextsAreThoseOfLmEvaluationHarness() throws {
    let model = try Self.model.get()
    func ids(_ text: String) -> [Int32] { model.tokenizer.encode(text) }
    let requests = [
      ScoringRequest(prompt: "The cat sat on \n", choices: ["the mat.", "a noun"], framing: .continued),
      ScoringRequest(
        prompt: "Yes or no:", choices: [" yes"], exemplars: [Exemplar(input: "x is", target: " y")],
        framing: .continued),
      ScoringRequest(prompt: "", choices: ["The cat", ""], framing: .continued),
    ]
    let scores = try model.scores(requests, threads: 1).map { try $0.get() }
    // Blanks at the end of a prompt move to the answer.
    for (choice, score) in zip(requests[0].choices, scores[0]) {
      let before = ids("The cat sat on")
      let answer = Array(ids("The cat sat on \n" + choice).dropFirst(before.count))
      #expect(abs(score.logLikelihood + (try Self.plain(before, answer))) < 1e-4)
      #expect(score.tokens == answer.count)
    }
    let before = ids("x is y\n\nYes or no:")
    #expect(abs(scores[1][0].logLikelihood + (try Self.plain(before, ids(" yes")))) < 1e-4)
    #expect(abs(scores[2][0].logLikelihood + (try Self.plain([0], ids("The cat")))) < 1e-4)
    #expect(scores[2][1] == ChoiceScore(logLikelihood: 0, tokens: 0, isGreedy: true))
  }

  @Test func aLongContinuedPromptKeepsWhatItsAnswerLeaves() throws {
    let model = try InferenceTests.model(context: 20)
    let text = String(repeating: "red, blue ", count: 30)
    let request = ScoringRequest(prompt: text + "x", choices: ["7", "7777777"], framing: .continued)
    let prompt = model.tokenizer.encode(text + "x")
    for (choice, score) in zip(request.choices, try model.scores([request], threads: 1)[0].get()) {
      let answer = Array(model.tokenizer.encode(text + "x" + choice).dropFirst(prompt.count))
      let kept = Array(prompt.suffix(21 - answer.count))
      let expected = -(try InferenceTests.plain(model, kept, answer))
      #expect(abs(score.logLikelihood - expected) < 1e-4)
    }
    #expect(model.cuts(of: [request]).prompts == 1)
    #expect(model.cuts(of: [request]).tokens > prompt.count - 20)
  }

  @Test func greedyAnswersAreToldFromOthers() throws {
    let model = try Self.model.get()
    let written = try model.generate([GenerationRequest(prompt: "x", maximumTokens: 3)], threads: 1)[0].get()
    #expect(written.tokens == 3)
    // The text's own tokens may be others than those that were written; one token is one token.
    let first = try model.generate([GenerationRequest(prompt: "x", maximumTokens: 1)], threads: 1)[0].get()
      .text
    let scores = try model.scores(
      [ScoringRequest(prompt: "x", choices: [first, "7"], framing: .marked)], threads: 1)[0].get()
    #expect(!scores[1].isGreedy || first == "7")
  }

  @Test func textsEndBeforeTheFirstStop() throws {
    let model = try Self.model.get()
    func write(_ stops: [String], framing: Framing = .marked) throws -> GeneratedText {
      let request = GenerationRequest(
        prompt: "Name the first word", framing: framing, maximumTokens: 40, stops: stops,
        sampling: .init(temperature: 3, key: 5))
      return try model.generate([request], threads: 1)[0].get()
    }
    for framing in [Framing.marked, .continued] {
      let whole = try write([], framing: framing).text
      let bytes = Array(whole.utf8)
      #expect(bytes.count > 12)
      // Every stretch of the text, also those that span tokens.
      for length in 1...6 {
        for start in 0..<min(18, bytes.count - length) {
          let stop = String(decoding: bytes[start..<start + length], as: UTF8.self)
          // Bytes that are no UTF-8 were replaced and are not in what was written.
          guard stop.utf8.elementsEqual(bytes[start..<start + length]), !stop.contains("\u{FFFD}") else {
            continue
          }
          let found = try write(["no such text", stop], framing: framing)
          let place = bytes.indices.first { bytes[$0...].starts(with: stop.utf8) } ?? 0
          #expect(Array(found.text.utf8) == Array(bytes[..<place]))
          #expect(found.ending == .stop)
        }
      }
    }
  }

  @Test func drawsFollowTheirDistribution() throws {
    let model = try Self.model.get()
    let prompt = "Yes or no"
    var tokens: [Int32] = [0]
    tokens += model.tokenizer.encode(prompt) + [1]
    let logits = try #require(try model.logits(of: tokens).last)
    for (temperature, topP) in [(1.0, 1.0), (0.5, 1.0), (1.0, 0.4)] {
      var weights = logits.map { exp(Double($0) / temperature) }
      let total = weights.reduce(0, +)
      weights = weights.map { $0 / total }
      let order = weights.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }
      var (sum, kept) = (0.0, 0)
      while kept < order.count, sum < topP { (sum, kept) = (sum + weights[order[kept]], kept + 1) }
      let nucleus = Set(order[..<kept])
      let count = 3_000
      let requests = (0..<count).map { key in
        GenerationRequest(
          prompt: prompt, maximumTokens: 1,
          sampling: .init(temperature: temperature, topP: topP, key: UInt64(key)))
      }
      let answers = try model.generate(requests, threads: 2).map { try $0.get() }
      #expect(
        try model.generate(Array(requests[..<40]), threads: 1).map { try $0.get() } == Array(answers[..<40]))
      // By texts, as tokens are not told; the end has none.
      var expected: [String: Double] = [:]
      for place in nucleus {
        expected[model.tokenizer.decode([Int32(place)]), default: 0] += weights[place] / sum
      }
      var found: [String: Int] = [:]
      for answer in answers { found[answer.text, default: 0] += 1 }
      for (text, number) in found {
        let share = try #require(expected[text], "'\(text)' is not among the likely tokens")
        // Five standard errors of a share.
        let error = 5 * (share * (1 - share) / Double(count)).squareRoot() + 1e-3
        #expect(abs(Double(number) / Double(count) - share) < error, "'\(text)' at \(temperature), \(topP)")
      }
    }
  }
}
