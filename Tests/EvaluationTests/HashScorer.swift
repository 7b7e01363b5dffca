import Evaluation
import Transformer

/// A model without weights: its answers are hashes of the prompt, as `Fixtures/make.py` computes them, too.
struct HashScorer: Scorer {
  /// What a test changes of the numbers.
  var alter: @Sendable (Double) -> Double = { $0 }

  func scores(
    _ requests: [ScoringRequest], threads: Int
  ) throws -> [Result<[ChoiceScore], RequestFailure>] {
    requests.map { request in
      .success(
        request.choices.map { choice in
          let value = alter(-Double(fnv(request.prompt + "\u{1}" + choice) % 64) / 8 - 0.5)
          return ChoiceScore(logLikelihood: value, tokens: 1, isGreedy: false)
        })
    }
  }

  func generate(
    _ requests: [GenerationRequest], threads: Int
  ) throws -> [Result<GeneratedText, RequestFailure>] {
    requests.map { request in
      let words = request.prompt.split(separator: " ")
      let text = fnv(request.prompt) % 3 != 0 ? " \(words[words.count - 1])\n" : String(words[0])
      return .success(GeneratedText(text: text, tokens: 1, ending: .end))
    }
  }

  /// FNV-1a, 64 bits.
  private func fnv(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
