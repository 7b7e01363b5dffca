import Bytes
import Testing
import Transformer

/// What is computed once for many requests, against one whole pass a sequence.
@Suite struct TreeTests {
  /// Records behind the same exemplars, in several tasks, with choices that begin alike: several passes of rows.
  static func requests(_ framing: Framing) -> [ScoringRequest] {
    let exemplars = (0..<4).map {
      Exemplar(input: "Which is larger, \($0) or 7?", target: $0 < 3 ? " the first" : " 7")
    }
    return (0..<150).map { index in
      ScoringRequest(
        prompt: index % 3 == 0
          ? "Name the \(index)th word: red, blue" : "Is \(index * 37 % 100) larger than 23?",
        choices: ["yes", "yes and no", "yes and never", "\(index)"],
        exemplars: index % 5 == 0 ? [] : Array(exemplars[..<(1 + index % 4)]), framing: framing)
    }
  }

  @Test(arguments: [Framing.marked, .continued]) func treesScoreAsWholeSequences(_ framing: Framing) throws {
    let model = try InferenceTests.model(context: 220)
    let requests = Self.requests(framing)
    let scores = try model.scores(requests, threads: 2).map { try $0.get() }
    var encoder = TokenEncoder(model.tokenizer)
    for (request, scores) in zip(requests, scores) {
      for (choice, score) in zip(request.choices, scores) {
        var (prompt, answer): ([Int32], [Int32])
        if framing == .marked {
          prompt =
            model.tokenizer.prompt(request.prompt, after: request.exemplars, room: 220, &encoder).tokens
          answer = model.tokenizer.target(choice, &encoder)
        } else {
          let text = request.exemplars.map { $0.input + $0.target + "\n\n" }.joined() + request.prompt
          prompt = encoder.encode(text)
          answer = Array(encoder.encode(text + choice).dropFirst(prompt.count))
        }
        #expect(prompt.count + answer.count <= 220)
        let expected = -(try InferenceTests.plain(model, prompt, answer))
        #expect(abs(score.logLikelihood - expected) < 1e-4)
      }
    }
    // The same bits for any number of threads, and the same numbers however requests are grouped.
    #expect(try model.scores(requests, threads: 1).map { try $0.get() } == scores)
    for start in stride(from: 0, to: 150, by: 50) {
      let part = try model.scores(Array(requests[start..<start + 50]), threads: 2).map { try $0.get() }
      for (one, other) in zip(part.joined(), scores[start..<start + 50].joined()) {
        #expect(abs(one.logLikelihood - other.logLikelihood) < 1e-4)
        #expect(one.tokens == other.tokens)
      }
    }
  }

  @Test func textsSideBySideAreThoseOfOneAlone() throws {
    let model = try InferenceTests.model(context: 220)
    let exemplars = (0..<4).map { Exemplar(input: "Which is larger, \($0) or 7?", target: "7") }
    var requests = (0..<70).map { index in
      GenerationRequest(
        prompt: "Is \(index * 37 % 100) larger?", exemplars: index % 4 == 0 ? [] : exemplars,
        framing: index % 3 == 0 ? .continued : .marked, maximumTokens: index % 7 * 5,
        sampling: index % 2 == 0 ? .init(temperature: 2, key: UInt64(index)) : nil)
    }
    // The same prompt several times over.
    requests += Array(repeating: requests[5], count: 20)
    let together = try model.generate(requests, threads: 2).map { try $0.get() }
    #expect(try model.generate(requests, threads: 1).map { try $0.get() } == together)
    for (request, text) in zip(requests, together) {
      #expect(try model.generate([request], threads: 1)[0].get() == text)
    }
    #expect(Set(together.map(\.ending)) == [.end, .length] || together.allSatisfy { $0.ending == .length })
  }

  /// A model whose rows have whole blocks.
  static func wide() throws -> LanguageModel {
    let tokenizer = try InferenceTests.model().tokenizer
    let weights = ModelWeights(
      ModelConfiguration(
        vocabulary: 300, dimension: 64, layers: 2, heads: 4, keyValueHeads: 2, hiddenDimension: 96,
        contextLength: 96))
    weights.initialize(SeedKey(seed: 3))
    for place in 0..<300 * 64 { weights.values.pointer[place] *= 4 }
    return LanguageModel(weights: weights, tokenizer: tokenizer)
  }

  /// Whether greedy texts are what plain passes over the model's weights find likeliest, token by token.
  static func checkGreedy(_ model: LanguageModel) throws {
    for text in ["x", "Which of the two is larger, 17 or 23?"] {
      let request = GenerationRequest(prompt: text, maximumTokens: 6)
      let written = try model.generate([request], threads: 2)[0].get()
      var encoder = TokenEncoder(model.tokenizer)
      var sequence = model.tokenizer.prompt(text, room: 90, &encoder).tokens
      var tokens: [Int32] = []
      while tokens.count < 6 {
        let logits = try #require(try model.logits(of: sequence).last)
        let best = Int32(logits.indices.max { logits[$0] < logits[$1] } ?? 0)
        if best == model.tokenizer.end { break }
        tokens.append(best)
        sequence.append(best)
      }
      #expect(written.text == model.tokenizer.decode(tokens))
      #expect(written.tokens == tokens.count)
    }
  }

  @Test(arguments: [BlockFormat.q8Symmetric, .f16]) func blocksOfAFileAreReadAsTheyAre(_ format: BlockFormat)
    throws
  {
    try ToyMixture.inFolder { folder in
      let path = folder + "/model.gguf"
      _ = try Self.wide().writeGGUF(to: path, format: format, name: "wide")
      try Self.checkGreedy(try LanguageModel.load(path))
    }
  }

  @Test func eightBitsAndHalvesAreCloseToTheReference() throws {
    try ToyMixture.inFolder { folder in
      let model = try Self.wide()
      try model.save(folder)
      let requests = InferenceTests.texts.map { ScoringRequest(prompt: $0, choices: ["yes", "red, blue"]) }
      let reference = try model.scores(requests, threads: 1).map { try $0.get() }
      let halves = try LanguageModel.load(folder, precision: .bf16)
      #expect(halves.precision == .bf16)
      // Halves have eight bits; the logits are about ten.
      for (one, expected) in zip(try halves.scores(requests, threads: 2), reference) {
        for (one, expected) in zip(try one.get(), expected) {
          #expect(abs(one.logLikelihood - expected.logLikelihood) < 0.1 * Double(one.tokens))
          #expect(one.logLikelihood != expected.logLikelihood)
        }
      }
      // Weights of eight bits are rounded once, for scores and texts alike.
      let eight = try LanguageModel.load(folder, precision: .int8)
      try Self.checkGreedy(eight)
      var encoder = TokenEncoder(eight.tokenizer)
      for (request, scores) in zip(requests, try eight.scores(requests, threads: 2)) {
        for (choice, score) in zip(request.choices, try scores.get()) {
          let prompt = eight.tokenizer.prompt(request.prompt, room: 80, &encoder).tokens
          let expected = -(try InferenceTests.plain(eight, prompt, eight.tokenizer.target(choice, &encoder)))
          #expect(abs(score.logLikelihood - expected) < 1e-4)
        }
      }
      let width = 64
      for row in 0..<20 {
        for block in stride(from: 0, to: width, by: 32) {
          let place = row * width + block
          let own = (0..<32).map { model.weights.values.pointer[place + $0] }
          let largest = own.map(abs).max() ?? 0
          for (index, number) in own.enumerated() {
            let rounded = eight.weights.values.pointer[place + index]
            #expect(abs(rounded - (number / largest * 127).rounded() * largest / 127) < 1e-5 * largest)
          }
        }
      }
    }
  }
}
