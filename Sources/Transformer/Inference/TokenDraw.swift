import Bytes
import Glibc

/// Draws tokens from a model's logits.
struct TokenDraw {
  private let sampling: GenerationRequest.Sampling
  private let key: SeedKey
  private var weights: [Double] = []

  /// - Parameter prompt: with the sampling's key, what the draws follow from.
  init(_ sampling: GenerationRequest.Sampling, prompt: String) {
    self.sampling = sampling
    key = SeedKey(seed: sampling.key).part(prompt)
  }

  /// A token, by softmax(logits / temperature) over the most probable tokens that together have `topP` (nucleus
  /// sampling, Holtzman et al. 2020).
  ///
  /// - Parameter step: how many tokens were drawn before.
  mutating func token(_ logits: UnsafeBufferPointer<Float>, step: Int) -> Int32 {
    let unit = key.part(UInt64(step)).unit
    var highest = -Double.infinity
    for logit in logits { highest = max(highest, Double(logit)) }
    weights.removeAll(keepingCapacity: true)
    var total = 0.0
    for logit in logits {
      let weight = exp((Double(logit) - highest) / sampling.temperature)
      weights.append(weight)
      total += weight
    }
    guard sampling.topP < 1 else {
      return Self.draw(weights.indices, unit * total) { weights[$0] }
    }
    // What is dropped here has less than 1 − topP together.
    let least = total * max(0, 1 - sampling.topP) / Double(max(1, weights.count))
    var likely = weights.indices.filter { weights[$0] >= least }
    likely.sort { (weights[$1], $0) < (weights[$0], $1) }
    var (kept, sum) = (0, 0.0)
    while kept < likely.count, kept == 0 || sum < sampling.topP * total {
      sum += weights[likely[kept]]
      kept += 1
    }
    return Self.draw(likely[..<kept], unit * sum) { weights[$0] }
  }

  /// The first place at which the running sum passes the mark.
  private static func draw(
    _ places: some Collection<Int>, _ mark: Double, _ weight: (Int) -> Double
  ) -> Int32 {
    var sum = 0.0
    var last = 0
    for place in places where weight(place) > 0 {
      sum += weight(place)
      last = place
      if sum > mark { break }
    }
    return Int32(last)
  }
}
