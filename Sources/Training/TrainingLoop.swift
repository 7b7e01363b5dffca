import Bytes
import Transformer

/// The steps of a training: each takes its examples through the model, a part after the other where there are many,
/// and adds up the parts' gradients.
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
  private let work: Work

  /// Tokens after which a part of a step is closed; no setting, so that the bits of the result do not depend on one.
  static let partTokens = 8192

  /// What a step needs.
  private final class Work {
    let pass: TransformerPass
    let gradient: FloatMemory
    var batch = TokenBatch()

    init(_ weights: ModelWeights, _ adapters: LowRankAdapters?, _ configuration: TrainingConfiguration) {
      pass = TransformerPass(
        weights, adapters: adapters, precision: configuration.precision, threads: configuration.threads)
      gradient = FloatMemory(count: (adapters?.values ?? weights.values).count)
    }
  }

  init(
    configuration: TrainingConfiguration, weights: ModelWeights, adapters: LowRankAdapters?, optimizer: AdamW,
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
    work = Work(weights, adapters, configuration)
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
    let targets = chosen.reduce(0) { $0 + examples.targetLength($1) }
    let weight = 1 / Float(max(1, targets))
    let inputWeight = weight * Float(configuration.inputLossWeight)
    var loss = TransformerPass.Loss()
    for (index, part) in parts(chosen).enumerated() {
      work.batch.removeAll()
      for example in part {
        examples.append(example, to: &work.batch, weight: weight, inputWeight: inputWeight)
      }
      let own = try work.pass.lossAndGradient(work.batch, into: work.gradient, adding: index > 0)
      loss.all += own.all
      loss.targets += own.targets
    }
    let norm = try optimizer.step(work.gradient, rate: rate, step: step + 1, threads: configuration.threads)
    guard loss.all.isFinite, norm.isFinite else {
      let indices = chosen.prefix(20).map { String(examples.index($0)) }.joined(separator: ", ")
      throw Diagnostic(
        "the loss is no number at step \(step + 1), in the batch of the examples \(indices)"
          + (chosen.count > 20 ? ", … (\(chosen.count) in all)" : "")
          + "; lower the learning rate or look at these examples", cause: .finding)
    }
    tokens += chosen.reduce(0) { $0 + examples.length($1) }
    return loss.targets
  }

  /// Contiguous parts that are closed once they have enough tokens.
  private func parts(_ chosen: [Int]) -> [ArraySlice<Int>] {
    var parts: [ArraySlice<Int>] = []
    var (start, tokens) = (0, 0)
    for (place, example) in chosen.enumerated() {
      tokens += examples.length(example)
      guard tokens >= Self.partTokens || place == chosen.count - 1 else { continue }
      parts.append(chosen[start...place])
      (start, tokens) = (place + 1, 0)
    }
    return parts
  }

  /// The mean loss of a target token over all validation examples.
  private func lossOnValidation() throws -> Double {
    let size = 64
    var total = 0.0
    for first in stride(from: 0, to: validation.count, by: size) {
      work.batch.removeAll()
      for example in first..<min(validation.count, first + size) {
        validation.append(example, to: &work.batch, weight: 1, inputWeight: 0)
      }
      total += try work.pass.loss(work.batch).targets
    }
    let targets = (0..<validation.count).reduce(0) { $0 + validation.targetLength($1) }
    return total / Double(max(1, targets))
  }
}
