import Transformer

/// What the command line may change about a training; what is nil stays the recipe's.
public struct TrainOptions: Sendable {
  public var steps: Int?
  /// A preset, a shape (`small,layers=4`), or a pretrained model's name, GGUF file or folder.
  public var model: String?
  public var learningRate: Double?
  public var schedule: Recipe.Schedule?
  public var objective: Recipe.Objective?
  public var format: Recipe.PromptFormat?
  public var chat: Recipe.ChatChoice?
  /// Steps between two evaluations on the validation examples.
  public var validateEvery: Int?
  public var patience: Int?
  public var chosenWeights: Recipe.ChosenWeights?
  /// What matrix products read.
  public var precision: Recipe.Precision?
  /// Trains adapters: the recipe's, or those of the default rank.
  public var lora = false
  /// Goes on from the last checkpoint, if there is one.
  public var resume = false

  public init(steps: Int? = nil, model: String? = nil, resume: Bool = false) {
    self.steps = steps
    self.model = model
    self.resume = resume
  }
}

extension Recipe {
  /// The recipe with the options in place of its own choices.
  func replacing(_ options: TrainOptions) -> Recipe {
    var recipe = self
    if let steps = options.steps { recipe.training.steps = steps }
    if let rate = options.learningRate { recipe.training.learningRate = rate }
    if let schedule = options.schedule { recipe.training.schedule = schedule }
    if let objective = options.objective { recipe.training.inputLossWeight = objective == .all ? 1 : 0 }
    if let format = options.format { recipe.training.format = format }
    if let chat = options.chat { recipe.training.chat = chat }
    if let steps = options.validateEvery { recipe.training.validateEvery = steps }
    if let patience = options.patience { recipe.training.patience = patience == 0 ? nil : patience }
    if let choice = options.chosenWeights { recipe.training.chosenWeights = choice }
    if let precision = options.precision { recipe.training.precision = precision }
    if options.lora, recipe.training.lora == nil { recipe.training.lora = AdapterSettings() }
    return recipe
  }
}
