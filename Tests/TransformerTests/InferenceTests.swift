import Bytes
import Glibc
import Testing
import Transformer

/// Shared prompts, branches and stored keys against the plain way: one whole forward pass a sequence.
@Suite struct InferenceTests {
  static let texts = [
    "The cat sat on the mat.", "Which of the two is larger, 17 or 23?",
    "Yes or no: is \u{201C}Übung\u{201D} a noun?",
    "Name the first word of the list: red, blue, green.", "x", "",
  ]

  static func model(context: Int = 96) throws -> LanguageModel {
    var learner = TokenizerLearner()
    for text in texts { for _ in 0..<3 { learner.add(text) } }
    let tokenizer = learner.learn(vocabulary: 300)
    let weights = ModelWeights(
      ModelConfiguration(
        vocabulary: tokenizer.vocabulary, dimension: 48, layers: 3, heads: 4, keyValueHeads: 2,
        hiddenDimension: 80, contextLength: context))
    weights.initialize(SeedKey(seed: 11))
    // Larger embeddings than at the start of a training, so that the model prefers something.
    for place in 0..<300 * 48 { weights.values.pointer[place] *= 4 }
    return LanguageModel(weights: weights, tokenizer: tokenizer)
  }

  /// −log p of the target after the prompt, by the loss of a batch that holds nothing else.
  static func plain(_ model: LanguageModel, _ prompt: [Int32], _ target: [Int32]) throws -> Double {
    var batch = TokenBatch()
    batch.append(prompt: prompt, target: target, weight: 1)
    return try TransformerPass(model.weights).loss(batch).targets
  }

  @Test(arguments: [1, 2]) func choicesScoreAsWholeSequences(_ threads: Int) throws {
    let model = try Self.model()
    let choices = [
      ["yes", "no"], ["17", "23", "1723", ""], ["a noun"], ["red", "red, blue", "green"], ["y"], ["z", "zz"],
    ]
    let requests = zip(Self.texts, choices).map { ScoringRequest(prompt: $0, choices: $1) }
    // Many times over, so that there are several batches.
    let repeated = Array(repeating: requests, count: 12).flatMap { $0 }
    let scores = try model.scores(repeated, threads: threads)
    #expect(scores.count == repeated.count)
    var encoder = TokenEncoder(model.tokenizer)
    for (request, scores) in zip(repeated, scores) {
      let prompt = model.tokenizer.prompt(request.prompt, room: 80, &encoder).tokens
      let scores = try scores.get()
      #expect(scores.count == request.choices.count)
      for (choice, score) in zip(request.choices, scores) {
        #expect(score.tokens == model.tokenizer.target(choice, &encoder).count)
        let score = score.logLikelihood
        let expected = -(try Self.plain(model, prompt, model.tokenizer.target(choice, &encoder)))
        #expect(abs(score - expected) < 1e-4, "\(request.prompt) → \(choice): \(score), expected \(expected)")
      }
    }
  }

  @Test func threadsDoNotChangeABit() throws {
    let model = try Self.model()
    let requests = (0..<80).map { ScoringRequest(prompt: Self.texts[$0 % 6], choices: ["a", "b\($0)"]) }
    #expect(try model.scores(requests, threads: 1) == model.scores(requests, threads: 2))
    let prompts = (0..<80).map { GenerationRequest(prompt: Self.texts[$0 % 6], maximumTokens: 10) }
    #expect(try model.generate(prompts, threads: 1) == model.generate(prompts, threads: 2))
  }

  @Test func generationTakesTheLikeliestTokenEachTime() throws {
    let model = try Self.model()
    let requests = Self.texts.map { GenerationRequest(prompt: $0, maximumTokens: 12) }
    let answers = try model.generate(requests, threads: 1)
    var encoder = TokenEncoder(model.tokenizer)
    for (text, answer) in zip(Self.texts, answers) {
      var sequence = model.tokenizer.prompt(text, room: 84, &encoder).tokens
      var tokens: [Int32] = []
      while tokens.count < 12 {
        let losses = try (0..<Int32(model.configuration.vocabulary)).map {
          try Self.plain(model, sequence, [$0])
        }
        let best = Int32(losses.indices.min { losses[$0] < losses[$1] } ?? 0)
        if best == model.tokenizer.end { break }
        tokens.append(best)
        sequence.append(best)
      }
      let ending: GeneratedText.Ending = tokens.count < 12 ? .end : .length
      let expected = GeneratedText(
        text: model.tokenizer.decode(tokens), tokens: tokens.count, ending: ending)
      #expect(try answer.get() == expected, "after '\(text)'")
    }
  }

  @Test func aPromptTooLongLosesItsFront() throws {
    let model = try Self.model(context: 24)
    let long = String(repeating: "7", count: 50) + "red"
    var encoder = TokenEncoder(model.tokenizer)
    let target = model.tokenizer.target("blue", &encoder)
    let input = model.tokenizer.encode(long)
    let kept = Array(input.suffix(24 - 2 - target.count))
    let request = ScoringRequest(prompt: long, choices: ["blue"])
    let score = try model.scores([request], threads: 1)[0].get()[0].logLikelihood
    let expected =
      -(try Self.plain(model, [model.tokenizer.begin] + kept + [model.tokenizer.frame.between[0]], target))
    #expect(abs(score - expected) < 1e-4)
    #expect(
      model.cuts(of: [request, ScoringRequest(prompt: "7", choices: ["blue"])])
        == PromptCuts(prompts: 1, tokens: input.count - kept.count))
    // The others still have their answers.
    let mixed = try model.scores([ScoringRequest(prompt: "7", choices: [long]), request], threads: 1)
    #expect(throws: RequestFailure.self) { try mixed[0].get() }
    #expect(try abs(mixed[1].get()[0].logLikelihood - expected) < 1e-4)
    // Generation leaves room for the answer and stops at the end of the context.
    let answer = try model.generate([GenerationRequest(prompt: long, maximumTokens: 100)], threads: 1)[0]
    #expect(model.tokenizer.encode(try answer.get().text).count <= 24)
    #expect(model.cuts(of: [GenerationRequest(prompt: long, maximumTokens: 4)]).prompts == 1)
  }

  @Test func aSavedModelIsTheSameWhenLoaded() throws {
    try ToyMixture.inFolder { folder in
      let model = try Self.model()
      try model.save(folder)
      let loaded = try LanguageModel.load(folder)
      #expect(loaded.configuration == model.configuration)
      let requests = Self.texts.map { ScoringRequest(prompt: $0, choices: ["yes", "no"]) }
      #expect(try loaded.scores(requests, threads: 1) == model.scores(requests, threads: 1))
    }
  }
}
