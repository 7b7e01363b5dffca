import Bytes
import JSON
import Records
import Training
import Transformer

/// What the command line may change about a training.
public struct TrainOptions: Sendable {
  /// Replaces the recipe's length.
  public var steps: Int?
  /// Replaces the recipe's model: a preset, or a pretrained model's name, GGUF file or folder.
  public var model: String?
  /// Goes on from the last checkpoint, if there is one.
  public var resume: Bool

  public init(steps: Int? = nil, model: String? = nil, resume: Bool = false) {
    self.steps = steps
    self.model = model
    self.resume = resume
  }
}

/// Trains a model on a built mixture, with the settings of the recipe that built it, into `model/`.
///
/// - Throws: `Diagnostics` or a `Diagnostic` for a folder without a mixture and what the trainer throws.
@discardableResult
public func trainModel(
  folder: String, options: TrainOptions = TrainOptions(), in session: Session
) throws -> CommandResult {
  let built = try MixtureFolder(folder)
  var configuration = try built.recipe.trainingConfiguration(options, threads: session.threads)
  if case .pretrained(let name) = configuration.model {
    configuration.model = .pretrained(try PretrainedModel.path(name, in: session))
    session.progress.note("train: going on from \(name)")
  } else {
    session.progress.note("train: learning a vocabulary of \(configuration.vocabularySize) tokens")
  }
  let trainer = Trainer(
    configuration: configuration, examples: built.trainingFiles,
    validation: [built.validationFile].filter(fileExists))
  let summary = try trainer.run(into: folder + "/model", resume: options.resume) { progress in
    session.progress.update(progress.line)
    if progress.step == 1 || progress.step % 100 == 0 { session.progress.detail(progress.line) }
  }
  session.progress.note(
    "train: \(summary.steps) steps, \(summary.tokens) tokens, \(summary.parameters) parameters, "
      + "loss \(decimal(summary.loss, 3))")
  if summary.cutInputs > 0 {
    session.progress.warning(
      "\(summary.cutInputs) inputs were longer than the context of \(configuration.contextLength) tokens; "
        + "\(summary.cutTokens) tokens at their front were cut")
  }
  return CommandResult(json: JSONText.document(summary.value)) { _, _ in
    "model: \(folder)/model (\(summary.parameters) parameters, loss \(decimal(summary.loss, 3)))\n"
  }
}

extension Recipe {
  func trainingConfiguration(
    _ options: TrainOptions, threads: Int
  ) throws(Diagnostic) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.model = try modelChoice(options)
    configuration.vocabularySize = model.vocabulary
    configuration.contextLength = model.context
    let steps = options.steps ?? training.steps
    configuration.length = steps.map { .steps($0) } ?? .epochs(training.epochs)
    configuration.tokensPerStep = training.tokensPerStep
    configuration.learningRate = training.learningRate
    configuration.warmUp = training.warmUp
    configuration.finalRate = training.finalShare
    configuration.weightDecay = training.weightDecay
    configuration.clip = training.clip
    configuration.inputLossWeight = training.inputLossWeight
    configuration.precision = training.precision
    configuration.lora = training.lora
    configuration.seed = seed
    configuration.checkpointEvery = training.checkpointEvery
    configuration.validateEvery = training.checkpointEvery
    configuration.threads = threads
    return configuration
  }

  /// Pretrained weights where they are named; else the preset, with the recipe's own numbers in place of its
  /// numbers.
  private func modelChoice(_ options: TrainOptions) throws(Diagnostic) -> TrainingConfiguration.Model {
    if let name = options.model {
      return ModelConfiguration.presetNames.contains(name) ? .preset(name) : .pretrained(name)
    }
    if let weights = model.weights { return .pretrained(weights) }
    var shape = try ModelConfiguration.preset(
      model.preset, vocabulary: model.vocabulary, contextLength: model.context)
    shape.dimension = model.dimension ?? shape.dimension
    shape.layers = model.layers ?? shape.layers
    shape.heads = model.heads ?? shape.heads
    shape.keyValueHeads = model.keyValueHeads ?? model.heads ?? shape.keyValueHeads
    shape.hiddenDimension = model.hiddenDimension ?? shape.hiddenDimension
    return .shape(shape)
  }
}

extension TrainingProgress {
  fileprivate var line: String {
    let rate = tokensPerSecond >= 1e3 ? "\(decimal(tokensPerSecond / 1e3, 1))k" : decimal(tokensPerSecond, 0)
    let validation = validationLoss.map { ", validation \(decimal($0, 3))" } ?? ""
    return "train: step \(step)/\(steps)  loss \(decimal(loss, 3))\(validation)  \(rate) tokens/s  "
      + "\(duration(secondsLeft)) left"
  }
}

extension TrainingSummary {
  fileprivate var value: Value {
    .dictionary(
      ValueDictionary([
        ("steps", .integer(Int64(steps))), ("examples", .integer(Int64(examples))),
        ("tokens", .integer(Int64(tokens))), ("parameters", .integer(Int64(parameters))),
        ("loss", .number(loss)), ("validation_loss", validationLoss.map(Value.number) ?? .null),
        ("cut_inputs", .integer(Int64(cutInputs))), ("cut_tokens", .integer(Int64(cutTokens))),
      ]))
  }
}
