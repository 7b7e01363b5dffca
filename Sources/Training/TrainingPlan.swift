import Bytes

/// Which examples each step of a training takes: the mixture in its order, then again in seeded orders.
struct TrainingPlan: Sendable {
  /// Examples of each step.
  private(set) var steps: [[Int]] = []

  /// Whether the optimizer can move parameters as soon as their gradients are there, so that they are never all there:
  /// for all weights, without the norm that clipping asks for, each step in one pass.
  func movesInParts(_ examples: TokenizedExamples, _ configuration: TrainingConfiguration) -> Bool {
    configuration.lora == nil && configuration.clip == 0
      && steps.allSatisfy { examples.passes($0, limit: configuration.tokensPerPass).count == 1 }
  }

  init(_ examples: TokenizedExamples, _ configuration: TrainingConfiguration) throws(Diagnostic) {
    guard examples.count > 0 else { throw Diagnostic("no examples to train on; build the mixture first") }
    var total: Int?
    var wanted = Int.max
    switch configuration.length {
    case .steps(let steps):
      guard steps > 0 else { throw Diagnostic("expected at least 1 step, found \(steps)") }
      total = steps
    case .epochs(let epochs):
      guard epochs > 0, epochs <= 1e6 else {
        throw Diagnostic("expected more than 0 epochs, found \(epochs)")
      }
      wanted = max(1, Int((epochs * Double(examples.count)).rounded()))
    }
    let key = SeedKey(seed: configuration.seed).part("order")
    var step: [Int] = []
    var tokens = 0
    var taken = 0
    var epoch: UInt64 = 0
    while taken < wanted, steps.count < total ?? Int.max {
      let order = SeededPermutation(count: UInt64(examples.count), key: key.part(epoch))
      for place in 0..<examples.count where taken < wanted && steps.count < total ?? Int.max {
        let example = epoch == 0 ? place : Int(order[UInt64(place)])
        step.append(example)
        tokens += examples.length(example)
        taken += 1
        if tokens >= configuration.tokensPerStep || taken == wanted {
          steps.append(step)
          step = []
          tokens = 0
        }
      }
      epoch += 1
    }
  }
}
