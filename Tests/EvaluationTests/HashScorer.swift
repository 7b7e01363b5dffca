import Evaluation
import Transformer

/// A model without weights: its answers are hashes of the prompt, as `Fixtures/make.py` computes them, too.
struct HashScorer: Scorer {
  /// What a test changes of the numbers.
  var alter: @Sendable (Double) -> Double = { $0 }

  func logLikelihoods(_ requests: [ScoringRequest], threads: Int) throws -> [[Double]] {
    requests.map { request in
      request.choices.map { choice in
        alter(-Double(fnv(request.prompt + "\u{1}" + choice) % 64) / 8 - 0.5)
      }
    }
  }

  func generate(_ prompts: [String], maximumTokens: Int, threads: Int) throws -> [String] {
    prompts.map { prompt in
      let words = prompt.split(separator: " ")
      return fnv(prompt) % 3 != 0 ? " \(words[words.count - 1])\n" : String(words[0])
    }
  }

  /// FNV-1a, 64 bits.
  private func fnv(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
