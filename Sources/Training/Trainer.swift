import Bytes
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

  public init(configuration: TrainingConfiguration, examples: [String], validation: [String] = []) {
    self.configuration = configuration
    self.examples = examples
    self.validation = validation
  }

  /// Trains and writes the model's folder.
  ///
  /// - Parameters:
  ///   - folder: the model's folder, made if it does not exist. Until the end it holds `checkpoint/`.
  ///   - resume: continues from the folder's checkpoint if there is one; the final bytes are those of an
  ///     undisturbed run. Otherwise whatever the folder held of an earlier run is removed.
  ///   - progress: called after every step, on the caller's thread.
  /// - Throws: a `Diagnostic` for bad examples, for a loss that is no number (with the examples' indices)
  ///   and for a full disk.
  public func run(
    into folder: String, resume: Bool = false, progress: (TrainingProgress) -> Void = { _ in }
  ) throws -> TrainingSummary {
    try configuration.validate()
    let origin = try origin()
    let tokenizer = origin.tokenizer
    let context = min(configuration.contextLength, origin.weights.configuration.contextLength)
    let training = try TokenizedExamples(examples, tokenizer: tokenizer, contextLength: context)
    let held = try TokenizedExamples(validation, tokenizer: tokenizer, contextLength: context)
    let plan = try TrainingPlan(training, configuration)
    let weights = origin.weights
    let shape = weights.configuration
    let adapters = configuration.lora.map {
      LowRankAdapters(shape, $0, SeedKey(seed: configuration.seed).part("adapters"))
    }
    let trained: any ParameterArray = adapters ?? weights
    let optimizer = AdamW(trained, configuration.optimizerSettings)
    let checkpoint = Checkpoint(
      folder: folder, fingerprint: fingerprint(weights, [training, held]))
    var start = 0
    var log = TrainingLog()
    if resume, let kept = try checkpoint.restore(trained, optimizer) {
      (start, log) = kept
    } else {
      try checkpoint.remove()
      for name in LanguageModel.FileName.all + [TrainingLog.fileName] { try removeTree(folder + "/" + name) }
    }
    try makeFolder(folder)

    let model = LanguageModel(weights: weights, tokenizer: tokenizer)
    var loop = TrainingLoop(
      configuration: configuration, weights: weights, adapters: adapters, optimizer: optimizer, examples: training,
      validation: held, plan: plan, step: start, log: log)
    try loop.run(progress) { (loop) throws(Diagnostic) in
      try checkpoint.save(trained, optimizer, loop.log, step: loop.step)
    }
    try loop.log.write(to: folder + "/" + TrainingLog.fileName)
    try adapters?.merge(into: weights)
    try model.save(folder)
    try checkpoint.remove()
    return TrainingSummary(
      steps: plan.steps.count, examples: plan.steps.reduce(0) { $0 + $1.count }, tokens: loop.tokens,
      parameters: shape.parameters, loss: loop.log.lastLoss, validationLoss: loop.validationLoss,
      cutInputs: training.cuts.prompts, cutTokens: training.cuts.tokens)
  }

  /// The tokenizer and the weights before the first step.
  private func origin() throws -> LanguageModel {
    if case .pretrained(let path) = configuration.model { return try LanguageModel.load(path) }
    let tokenizer = try learnTokenizer()
    guard let shape = try configuration.shape(vocabulary: tokenizer.vocabulary) else {
      throw Diagnostic("no shape for a model from scratch")
    }
    let weights = ModelWeights(shape)
    weights.initialize(SeedKey(seed: configuration.seed).part("weights"))
    return LanguageModel(weights: weights, tokenizer: tokenizer)
  }

  private func learnTokenizer() throws -> Tokenizer {
    var learner = TokenizerLearner()
    for path in examples {
      try ExampleLines.read(path) { example in
        learner.add(example.input)
        learner.add(example.target)
      }
    }
    return learner.learn(vocabulary: configuration.vocabularySize)
  }

  /// What a checkpoint belongs to: everything that decides the bytes of the result.
  private func fingerprint(_ weights: ModelWeights, _ examples: [TokenizedExamples]) -> String {
    var settings = configuration
    settings.threads = 0
    settings.checkpointEvery = 0
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
