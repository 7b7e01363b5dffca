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

  /// What a step needs.
  private final class Work {
    let pass: TransformerPass
    /// Of everything that is trained, or, where the optimizer moves a part as soon as its gradients are there, of a part.
    let gradient: FloatMemory
    let movesInParts: Bool
    var batch = TokenBatch()

    init(
      _ weights: ModelWeights, _ adapters: LowRankAdapters?, _ configuration: TrainingConfiguration,
      movesInParts: Bool
    ) {
      pass = TransformerPass(
        weights, adapters: adapters, precision: configuration.precision, threads: configuration.threads)
      // Weights that change with every step are not kept a second time.
      pass.roundsInTurn = adapters == nil
      self.movesInParts = movesInParts
      gradient = FloatMemory(
        count: movesInParts ? GradientTaker.floats(for: weights) : (adapters?.values ?? weights.values).count)
    }
  }

  init(
    configuration: TrainingConfiguration, weights: ModelWeights, adapters: LowRankAdapters?,
    optimizer: AdamW, examples: TokenizedExamples, validation: TokenizedExamples, plan: TrainingPlan,
    step: Int, log: TrainingLog, recomputes: Bool
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
    work = Work(
      weights, adapters, configuration, movesInParts: plan.movesInParts(examples, configuration))
    work.pass.recomputes = recomputes
    tokens = log.entries.last?.tokens ?? 0
    validationLoss = log.validations.last?.loss
  }

  /// What a caller does between two steps.
  struct Events {
    var progress: (TrainingProgress) -> Void
    /// A step's entry was added to the log.
    var logged: (String, TrainingLog.Entry) throws(Diagnostic) -> Void
    /// The validation examples' loss is the lowest so far.
    var improved: (TrainingLoop) throws(Diagnostic) -> Void
    /// A checkpoint is due.
    var save: (TrainingLoop) throws(Diagnostic) -> Void
    /// Whether to stop here.
    var shouldStop: () -> Bool
  }

  /// How the steps ended.
  enum Ending {
    case finished
    /// The loss on the validation examples did not sink any more.
    case patienceExhausted
    /// Somebody asked for it.
    case stopped
  }

  /// Whether the evaluations so far end the training.
  private var isPatienceExhausted: Bool {
    configuration.patience > 0 && log.validationsSinceBest >= configuration.patience
  }

  /// Takes the remaining steps.
  mutating func run(_ cost: TrainingWork, _ events: Events) throws -> Ending {
    let steps = plan.steps.count
    var speed = TrainingSpeed(from: step)
    while step < steps, !isPatienceExhausted {
      if events.shouldStop() { return .stopped }
      let chosen = plan.steps[step]
      let rate = schedule.rate(step + 1)
      let (loss, norm) = try take(chosen, rate: rate)
      step += 1
      let every = configuration.validateEvery
      let validates = every > 0 && validation.count > 0 && (step % every == 0 || step == steps)
      if validates { validationLoss = try lossOnValidation() }
      log.append(
        TrainingLog.Entry(
          step: step, loss: loss, learningRate: rate, gradientNorm: norm, tokens: tokens,
          validationLoss: validates ? validationLoss : nil))
      if let line = log.lines.last, let entry = log.entries.last { try events.logged(line, entry) }
      speed.advance(
        tokens: chosen.reduce(0) { $0 + examples.length($1) }, operations: cost.operations(chosen, examples))
      events.progress(
        TrainingProgress(
          step: step, steps: steps, loss: loss, validationLoss: validationLoss, learningRate: rate,
          tokensPerSecond: speed.tokensPerSecond, operationsPerSecond: speed.operationsPerSecond,
          secondsLeft: speed.seconds / Double(step - speed.start) * Double(steps - step)))
      if validates, log.best?.step == step { try events.improved(self) }
      if configuration.checkpointEvery > 0, step % configuration.checkpointEvery == 0, step < steps {
        try events.save(self)
      }
    }
    return step < steps ? .patienceExhausted : .finished
  }

  /// One step on the given examples; gives the mean loss of a target token and the gradient's norm.
  private mutating func take(_ chosen: [Int], rate: Double) throws -> (loss: Double, norm: Double) {
    let targets = chosen.reduce(0) { $0 + examples.targetLength($1) }
    let weight = 1 / Float(max(1, targets))
    let inputWeight = weight * Float(configuration.inputLossWeight)
    func fill(_ part: ArraySlice<Int>) {
      work.batch.removeAll()
      for example in part {
        examples.append(example, to: &work.batch, weight: weight, inputWeight: inputWeight)
      }
    }
    var loss = TransformerPass.Loss()
    let norm: Double
    if work.movesInParts,
      let partial = optimizer.begin(rate: rate, step: step + 1, threads: configuration.threads)
    {
      fill(chosen[...])
      loss = try work.pass.lossAndGradient(
        work.batch, through: work.gradient, known: { try check($0, chosen) }, partial.take)
      norm = partial.norm
    } else {
      for (index, part) in examples.passes(chosen, limit: configuration.tokensPerPass).enumerated() {
        fill(part)
        let own = try work.pass.lossAndGradient(work.batch, into: work.gradient, adding: index > 0)
        loss.all += own.all
        loss.targets += own.targets
      }
      try check(loss, chosen)
      norm = try optimizer.step(work.gradient, rate: rate, step: step + 1, threads: configuration.threads)
    }
    guard norm.isFinite else { throw noNumber(chosen) }
    tokens += chosen.reduce(0) { $0 + examples.length($1) }
    return (loss.targets, norm)
  }

  /// Ends the training for a loss after which nothing good can come.
  private func check(_ loss: TransformerPass.Loss, _ chosen: [Int]) throws {
    if isSpike(loss.targets) {
      throw fault(
        "the loss leaps to \(loss.targets)", chosen,
        "lower the learning rate, look at these examples, or set "
          + "'spike: 0' and go on with --resume")
    }
    guard loss.all.isFinite else { throw noNumber(chosen) }
  }

  private func noNumber(_ chosen: [Int]) -> Diagnostic {
    fault("the loss is no number", chosen, "lower the learning rate or look at these examples")
  }

  /// Whether a loss is far above all of the last 50; before there are 20, nothing is.
  private func isSpike(_ loss: Double) -> Bool {
    let last = log.losses.suffix(50)
    guard configuration.spike > 0, last.count >= 20, let highest = last.max() else { return false }
    return loss > configuration.spike * highest && loss > highest + 1
  }

  private func fault(_ what: String, _ chosen: [Int], _ advice: String) -> Diagnostic {
    let indices = chosen.prefix(20).map { String(examples.index($0)) }.joined(separator: ", ")
    return Diagnostic(
      "\(what) at step \(step + 1), in the batch of the examples \(indices)"
        + (chosen.count > 20 ? ", … (\(chosen.count) in all)" : "") + "; \(advice)", cause: .finding)
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

/// How fast a run goes, since it began or was resumed. For people only: nothing that is written depends on it.
private struct TrainingSpeed {
  let start: Int
  private let clock = ContinuousClock.now
  private var tokens = 0
  private var operations = 0.0
  private(set) var seconds = 1e-9

  init(from step: Int) { start = step }

  var tokensPerSecond: Double { Double(tokens) / seconds }
  var operationsPerSecond: Double { operations / seconds }

  mutating func advance(tokens: Int, operations: Double) {
    self.tokens += tokens
    self.operations += operations
    seconds = max((ContinuousClock.now - clock) / .seconds(1), 1e-9)
  }
}
