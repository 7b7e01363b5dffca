import Bytes
import Transformer

/// The steps of a training: each divides its examples among shards, whose gradients are computed on
/// threads of their own and added up in a fixed order.
struct TrainingLoop {
  let configuration: TrainingConfiguration
  let weights: ModelWeights
  let optimizer: AdamW
  let examples: TokenizedExamples
  let validation: TokenizedExamples
  let plan: TrainingPlan
  /// Steps done.
  private(set) var step: Int
  private(set) var log: TrainingLog
  /// Tokens processed in all steps so far.
  private(set) var tokens = 0
  private(set) var validationLoss: Double?

  private let schedule: LearningRateSchedule
  private let lanes: [Lane]

  /// How many parts a step has. Fixed, so that the bits of the result do not depend on the threads; more
  /// threads than that find nothing to do.
  static let shards = 4

  /// What one shard keeps: a pass' memory, a batch and a gradient.
  ///
  /// - Note: `@unchecked Sendable`: within a step one thread uses a lane, and the steps follow each other.
  private final class Lane: @unchecked Sendable {
    let pass: TransformerPass
    let gradient: FloatMemory
    var batch = TokenBatch()
    var loss = TransformerPass.Loss()

    init(_ weights: ModelWeights) {
      pass = TransformerPass(weights)
      gradient = FloatMemory(count: weights.layout.count)
    }
  }

  init(
    configuration: TrainingConfiguration, weights: ModelWeights, optimizer: AdamW,
    examples: TokenizedExamples, validation: TokenizedExamples, plan: TrainingPlan, step: Int,
    log: TrainingLog
  ) {
    self.configuration = configuration
    self.weights = weights
    self.optimizer = optimizer
    self.examples = examples
    self.validation = validation
    self.plan = plan
    self.step = step
    self.log = log
    schedule = LearningRateSchedule(configuration, steps: plan.steps.count)
    lanes = (0..<Self.shards).map { _ in Lane(weights) }
    tokens = plan.steps.prefix(step).reduce(0) { $0 + $1.reduce(0) { $0 + examples.length($1) } }
  }

  /// Takes the remaining steps.
  ///
  /// - Parameter save: called where a checkpoint is due.
  mutating func run(
    _ progress: (TrainingProgress) -> Void, save: (TrainingLoop) throws(Diagnostic) -> Void
  ) throws {
    let steps = plan.steps.count
    let (firstStep, firstTokens) = (step, tokens)
    let start = ContinuousClock.now
    while step < steps {
      let rate = schedule.rate(step + 1)
      let loss = try take(plan.steps[step], rate: rate)
      step += 1
      let every = configuration.validateEvery
      let validates = every > 0 && validation.count > 0 && (step % every == 0 || step == steps)
      if validates { validationLoss = try lossOnValidation() }
      log.append(
        TrainingLog.Entry(
          step: step, loss: loss, learningRate: rate, tokens: tokens,
          validationLoss: validates ? validationLoss : nil))
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      progress(
        TrainingProgress(
          step: step, steps: steps, loss: loss, validationLoss: validationLoss, learningRate: rate,
          tokensPerSecond: Double(tokens - firstTokens) / max(seconds, 1e-9),
          secondsLeft: seconds / Double(step - firstStep) * Double(steps - step)))
      if configuration.checkpointEvery > 0, step % configuration.checkpointEvery == 0, step < steps {
        try save(self)
      }
    }
  }

  /// One step on the given examples; gives the mean loss of a target token.
  private mutating func take(_ chosen: [Int], rate: Double) throws -> Double {
    let (lanes, examples) = (lanes, examples)
    let targets = chosen.reduce(0) { $0 + examples.targetLength($1) }
    let weight = 1 / Float(max(1, targets))
    let inputWeight = weight * Float(configuration.inputLossWeight)
    let parts = divide(chosen)
    try Workers.run(parts.count, threads: configuration.threads) { index, _ in
      let lane = lanes[index]
      lane.batch.removeAll()
      for example in parts[index] {
        examples.append(example, to: &lane.batch, weight: weight, inputWeight: inputWeight)
      }
      lane.gradient.clear()
      lane.loss = try lane.pass.lossAndGradient(lane.batch, into: lane.gradient)
    }
    let loss = lanes.prefix(parts.count).reduce(0) { $0 + $1.loss.all }
    let norm = try optimizer.step(
      lanes.prefix(parts.count).map(\.gradient), rate: rate, step: step + 1, threads: configuration.threads)
    guard loss.isFinite, norm.isFinite else {
      let indices = chosen.prefix(20).map { String(examples.index($0)) }.joined(separator: ", ")
      throw Diagnostic(
        "the loss is no number at step \(step + 1), in the batch of the examples \(indices)"
          + (chosen.count > 20 ? ", … (\(chosen.count) in all)" : "")
          + "; lower the learning rate or look at these examples", cause: .finding)
    }
    tokens += chosen.reduce(0) { $0 + examples.length($1) }
    return lanes.prefix(parts.count).reduce(0) { $0 + $1.loss.targets }
  }

  /// Contiguous parts of about equally many tokens, at most one a shard, none empty.
  private func divide(_ chosen: [Int]) -> [ArraySlice<Int>] {
    let total = chosen.reduce(0) { $0 + examples.length($1) }
    var parts: [ArraySlice<Int>] = []
    var start = 0
    var done = 0
    for (place, example) in chosen.enumerated() {
      done += examples.length(example)
      if done * Self.shards >= total * (parts.count + 1) || place == chosen.count - 1 {
        parts.append(chosen[start...place])
        start = place + 1
      }
    }
    return parts
  }

  /// The mean loss of a target token over all validation examples.
  private func lossOnValidation() throws -> Double {
    let (lanes, validation) = (lanes, validation)
    let size = 64
    let starts = Array(stride(from: 0, to: validation.count, by: size))
    var total = 0.0
    for group in stride(from: 0, to: starts.count, by: lanes.count) {
      let pieces = starts[group..<min(starts.count, group + lanes.count)]
      try Workers.run(pieces.count, threads: configuration.threads) { index, _ in
        let lane = lanes[index]
        let first = pieces[pieces.startIndex + index]
        lane.batch.removeAll()
        for example in first..<min(validation.count, first + size) {
          validation.append(example, to: &lane.batch, weight: 1, inputWeight: 0)
        }
        lane.loss = try lane.pass.loss(lane.batch)
      }
      total += lanes.prefix(pieces.count).reduce(0) { $0 + $1.loss.targets }
    }
    let targets = (0..<validation.count).reduce(0) { $0 + validation.targetLength($1) }
    return total / Double(max(1, targets))
  }
}
