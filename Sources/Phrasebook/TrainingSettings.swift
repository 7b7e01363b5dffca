import Bytes
import Training
import Transformer

extension Recipe {
  /// The trainer's settings for a recipe, with the command line's options.
  ///
  /// - Throws: a `Diagnostic` for a model that cannot be found and for a chat template that cannot be used.
  func trainingConfiguration(
    _ options: TrainOptions, in session: Session
  ) throws -> TrainingConfiguration {
    let recipe = replacing(options)
    let training = recipe.training
    var configuration = TrainingConfiguration()
    configuration.model = try recipe.modelChoice(options)
    configuration.vocabularySize = model.vocabulary
    configuration.contextLength = model.context
    configuration.length = training.steps.map { .steps($0) } ?? .epochs(training.epochs)
    configuration.tokensPerStep = training.tokensPerStep
    configuration.tokensPerPass = training.tokensPerPass
    configuration.schedule = TrainingConfiguration.Schedule(training.schedule)
    configuration.learningRate = training.learningRate
    configuration.warmUp = training.warmUp
    configuration.finalRate = training.finalShare
    configuration.weightDecay = training.weightDecay
    configuration.clip = training.clip
    configuration.inputLossWeight = training.inputLossWeight
    configuration.precision = training.precision
    configuration.lora = training.lora
    configuration.form = PromptForm(training.format)
    configuration.seed = seed
    configuration.checkpointEvery = training.checkpointEvery
    configuration.keptCheckpoints = training.keptCheckpoints
    configuration.validateEvery = training.validateEvery ?? training.checkpointEvery
    configuration.patience = training.patience ?? 0
    let choice = training.chosenWeights ?? (training.patience == nil ? .last : .best)
    configuration.choice = choice == .best ? .best : .last
    configuration.spike = training.spike
    configuration.threads = session.threads
    if case .pretrained(let name) = configuration.model {
      configuration.model = .pretrained(try PretrainedModel.path(name, in: session))
      configuration.baseName = PretrainedModel.hubName(name) ?? name
    }
    configuration.style = try recipe.style(configuration.model)
    return configuration
  }

  private func style(_ model: TrainingConfiguration.Model) throws -> PromptStyle {
    switch training.chat {
    case .marks: return .marks
    case .plain: return .plain
    case .template:
      guard case .pretrained(let path) = model else {
        throw Diagnostic(
          "a model from scratch has no chat template; leave out 'chat: template' or go on from a pretrained model"
        )
      }
      return .written(try ChatFrames.frame(of: path))
    }
  }

  /// Pretrained weights where they are named; else the preset, with the recipe's own numbers in place of its
  /// numbers.
  private func modelChoice(_ options: TrainOptions) throws(Diagnostic) -> TrainingConfiguration.Model {
    if let name = options.model {
      if let shape = try Self.shape(name) { return .shape(shape) }
      return .pretrained(name)
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

  /// A preset, alone or with numbers in place of its own: `small`, `tiny,layers=2,dimension=96`.
  ///
  /// - Returns: nil where the text does not begin with a preset's name.
  private static func shape(_ text: String) throws(Diagnostic) -> ModelConfiguration? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard let name = parts.first, ModelConfiguration.presetNames.contains(name) else { return nil }
    // Vocabulary and context are the recipe's; they are put in later.
    var shape = try ModelConfiguration.preset(name, vocabulary: 512, contextLength: 256)
    var keyValueHeads: Int?
    for part in parts.dropFirst() {
      let pair = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard pair.count == 2, let number = Int(pair[1]), (1...1 << 20).contains(number) else {
        throw Diagnostic("expected NAME=NUMBER in --model, found '\(part)'")
      }
      switch pair[0] {
      case "dimension": shape.dimension = number
      case "layers": shape.layers = number
      case "heads": shape.heads = number
      case "key_value_heads": keyValueHeads = number
      case "hidden_dimension": shape.hiddenDimension = number
      case let other:
        let known = ["dimension", "layers", "heads", "key_value_heads", "hidden_dimension"]
        throw Diagnostic("unknown '\(other)' in --model\(suggestion(for: other, among: known))")
      }
    }
    shape.keyValueHeads = keyValueHeads ?? shape.heads
    try shape.validate()
    return shape
  }
}

extension TrainingConfiguration.Schedule {
  init(_ schedule: Recipe.Schedule) {
    switch schedule {
    case .cosine: self = .cosine
    case .linear: self = .linear
    case .constant: self = .constant
    }
  }
}

extension PromptForm {
  init(_ format: Recipe.PromptFormat) {
    switch format {
    case .instruction: self = .instruction
    case .tag: self = .tag
    case .none: self = .none
    }
  }
}
