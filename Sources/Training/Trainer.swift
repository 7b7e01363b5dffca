import Bytes
import Glibc
import JSON
import Records
import Transformer

/// Trains a language model, from scratch or from pretrained weights, on the files of a mixture and leaves a folder that `LanguageModel`
/// and Hugging Face's libraries load: `config.json`, `tokenizer.json`, `model.safetensors`,
/// `training_log.jsonl`.
public struct Trainer: Sendable {
  public var configuration: TrainingConfiguration
  /// `train-*.jsonl` in order; the mixture's order is the order of training.
  public var examples: [String]
  /// Files of examples that are never trained on.
  public var validation: [String]

  /// A file beside the model in which whoever trains says what it is; it goes with the model that is replaced.
  public static let noteName = "training.json"

  public init(configuration: TrainingConfiguration, examples: [String], validation: [String] = []) {
    self.configuration = configuration
    self.examples = examples
    self.validation = validation
  }

  /// Trains and writes the model's folder.
  ///
  /// - Parameters:
  ///   - folder: the model's folder, made if it does not exist. Until the end it holds `checkpoints/`.
  ///   - resume: continues from the folder's last checkpoint if there is one; the final bytes are those of an
  ///     undisturbed run. Otherwise whatever the folder held of an earlier run is removed.
  ///   - progress: called after every step, on the caller's thread.
  ///   - starting: called once before the first step.
  ///   - shouldStop: asked before every step; the state is saved then, and a `TrainingStopped` thrown.
  /// - Throws: a `Diagnostic` for bad examples, for a loss that is no number or leaps up (with the examples'
  ///   indices) and for a full disk.
  public func run(
    into folder: String, resume: Bool = false, progress: (TrainingProgress) -> Void = { _ in },
    starting: (TrainingEstimate) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws -> TrainingSummary {
    if case .pretrained(let path) = configuration.model, isSameFolder(path, folder) {
      throw Diagnostic(
        "the model '\(path)' stands where the trained one is to be, and would be lost; copy it and go on from the copy"
      )
    }
    let start = try prepare()
    let (weights, plan) = (start.model.weights, start.plan)
    let optimizer = AdamW(start.trained, configuration.optimizerSettings)
    // What is frozen is read by products alone, in their precision.
    let isHalved = start.isHalved(configuration)
    let checkpoints = Checkpoints(
      folder: folder, fingerprint: fingerprint(weights, [start.training, start.validation]),
      kept: configuration.keptCheckpoints ?? 1)
    try checkpoints.clear()
    var (step, log) = (0, TrainingLog())
    if resume, let kept = try checkpoints.restore(start.trained, optimizer) {
      (step, log) = kept
    } else {
      try checkpoints.removeAll()
    }
    for name in LanguageModel.FileName.all + [LowRankAdapters.folderName, Self.noteName] {
      try removeTree(folder + "/" + name)
    }
    try makeFolder(folder)

    if isHalved { weights.keepHalvesOnly() }
    let work = TrainingWork(start, configuration)
    let estimate = try estimate(start, work)
    starting(estimate)
    var loop = TrainingLoop(
      configuration: configuration, weights: weights, adapters: start.adapters, optimizer: optimizer,
      examples: start.training, validation: start.validation, plan: plan, step: step, log: log,
      recomputes: estimate.recomputes)
    let record = try LiveRecord(folder: folder, log)
    let ending = try withoutActuallyEscaping(progress) { progress in
      try withoutActuallyEscaping(shouldStop) { shouldStop in
        try loop.run(
          work,
          TrainingLoop.Events(
            progress: progress,
            logged: { (line, entry) throws(Diagnostic) in try record.append(line, entry) },
            improved: { (loop) throws(Diagnostic) in try checkpoints.saveBest(start, step: loop.step) },
            save: { (loop) throws(Diagnostic) in
              try checkpoints.save(start.trained, optimizer, loop.log, step: loop.step)
            }, shouldStop: shouldStop))
      }
    }
    try record.finish()
    if case .stopped = ending {
      if loop.step > 0 { try checkpoints.save(start.trained, optimizer, loop.log, step: loop.step) }
      throw TrainingStopped(step: loop.step, steps: plan.steps.count)
    }
    let chosen = try choose(loop, checkpoints, start)
    let model = isHalved ? try origin() : start.model
    if let adapters = start.adapters {
      try adapters.save(folder + "/" + LowRankAdapters.folderName, base: start.baseName)
      try adapters.merge(into: model.weights)
    }
    try model.save(folder)
    if configuration.keptCheckpoints == nil { try checkpoints.removeAll() }
    return summary(start, loop, chosen: chosen)
  }

  /// Puts the weights that are to be the model in place; gives their step.
  private func choose(
    _ loop: TrainingLoop, _ checkpoints: Checkpoints, _ start: TrainingStart
  ) throws -> Int {
    guard configuration.choice == .best, let best = loop.log.best, best.step != loop.step else {
      return loop.step
    }
    try checkpoints.restoreBest(start, step: best.step)
    return best.step
  }

  private func summary(_ start: TrainingStart, _ loop: TrainingLoop, chosen: Int) -> TrainingSummary {
    let done = start.plan.steps.prefix(loop.step)
    let evaluated = loop.log.validations.first { $0.step == chosen }?.loss
    return TrainingSummary(
      steps: loop.step, chosenStep: chosen, endedEarly: loop.step < start.plan.steps.count,
      examples: done.reduce(0) { $0 + $1.count }, tokens: loop.tokens,
      parameters: start.model.configuration.parameters, loss: loop.log.lastLoss,
      validationLoss: evaluated ?? loop.validationLoss, cutInputs: start.training.cuts.prompts,
      cutTokens: start.training.cuts.tokens)
  }

  private func estimate(_ start: TrainingStart, _ work: TrainingWork) throws -> TrainingEstimate {
    let peak = try ProductPeak.measure(configuration.precision, threads: configuration.threads, rounds: 3)
    let steps = start.plan.steps
    let operations = steps.reduce(0) { $0 + work.operations($1, start.training) }
    func memory(recomputes: Bool) -> Int {
      work.memory(start.plan, start.training, configuration, recomputes: recomputes)
    }
    let installed = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    let recomputes = installed > 0 && memory(recomputes: false) > installed / 10 * 9
    return TrainingEstimate(
      steps: steps.count,
      tokens: steps.reduce(0) { $0 + $1.reduce(0) { $0 + start.training.length($1) } },
      parameters: start.model.configuration.parameters,
      memory: memory(recomputes: recomputes), recomputes: recomputes, peak: peak,
      seconds: operations / max(peak / 2, 1))
  }

  /// What a checkpoint belongs to: everything that decides the bytes of the result.
  private func fingerprint(_ weights: ModelWeights, _ examples: [TokenizedExamples]) -> String {
    var settings = configuration.decisive
    let digest = SHA256()
    if case .pretrained = settings.model {
      // Wherever the files lie, the same weights are the same beginning.
      settings.model = .pretrained("")
      digest.update(weights.values.bytes)
    }
    var text = "\(settings) \(weights.configuration)"
    text.withUTF8 { digest.update(UnsafeRawBufferPointer($0)) }
    for part in examples { part.addDigest(to: digest) }
    return digest.finishHexadecimal()
  }
}
