import Bytes
import Training
import Transformer

extension ModelDecision {
  /// The trainer's settings for the model that was decided on.
  ///
  /// - Throws: a `Diagnostic` for a chat template that cannot be used.
  func configuration(in session: Session) throws -> TrainingConfiguration {
    let (model, training) = (recipe.model, recipe.training)
    var configuration = TrainingConfiguration()
    if let weights = weights {
      configuration.model = .pretrained(weights.path)
      configuration.baseName = PretrainedModel.hubName(weights.name) ?? weights.name
    } else {
      configuration.model = .shape(try shape ?? model.shape)
    }
    configuration.vocabularySize = model.vocabulary
    configuration.contextLength = model.context
    configuration.examples = training.examples
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
    configuration.precision = training.precision.products
    configuration.lora = training.lora
    configuration.form = PromptForm(training.format)
    configuration.seed = recipe.seed
    configuration.checkpointEvery = training.checkpointEvery
    configuration.keptCheckpoints = training.keptCheckpoints
    configuration.validateEvery = training.validateEvery ?? training.checkpointEvery
    configuration.patience = training.patience ?? 0
    let choice = training.chosenWeights ?? (training.patience == nil ? .last : .best)
    configuration.choice = choice == .best ? .best : .last
    configuration.spike = training.spike
    configuration.threads = session.threads
    configuration.style = try style(configuration.model)
    return configuration
  }

  private func style(_ model: TrainingConfiguration.Model) throws -> PromptStyle {
    switch recipe.training.chat {
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

}

extension Recipe {
  /// A preset, alone or with numbers in place of its own: `small`, `tiny,layers=2,dimension=96`.
  ///
  /// - Returns: nil where the text does not begin with a preset's name.
  static func shape(_ text: String) throws(Diagnostic) -> ModelConfiguration? {
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

extension Recipe.ModelChoice {
  /// The preset, with the recipe's own numbers in place of its numbers.
  fileprivate var shape: ModelConfiguration {
    get throws(Diagnostic) {
      var shape = try ModelConfiguration.preset(preset, vocabulary: vocabulary, contextLength: context)
      shape.dimension = dimension ?? shape.dimension
      shape.layers = layers ?? shape.layers
      shape.heads = heads ?? shape.heads
      shape.keyValueHeads = keyValueHeads ?? heads ?? shape.keyValueHeads
      shape.hiddenDimension = hiddenDimension ?? shape.hiddenDimension
      return shape
    }
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
