public import Transformer
import YAML

extension Recipe {
  /// How the model is trained.
  public struct TrainingChoice: Sendable, Hashable {
    /// How many of the mixture's examples, from its beginning; nil: all.
    public var examples: Int?
    /// Passes over them.
    public var epochs: Double = 1
    /// Optimizer steps; replaces `epochs`.
    public var steps: Int?
    public var tokensPerStep: Int = 4_096
    /// Tokens in memory at a time, at most; the gradients of a step's passes are added up.
    public var tokensPerPass = 8_192
    /// How the learning rate goes down.
    public var schedule = Schedule.cosine
    /// The highest learning rate.
    public var learningRate: Double = 1e-3
    /// Share of the steps in which the rate rises.
    public var warmUp: Double = 0.05
    /// Share of the highest rate that is left at the end.
    public var finalShare: Double = 0.1
    public var weightDecay: Double = 0.1
    /// The largest norm of a gradient; 0: any.
    public var clip: Double = 1
    /// Weight of the loss on the input's tokens; 0: targets only.
    public var inputLossWeight: Double = 0
    /// What matrix products read.
    public var precision = Precision.f32
    /// Trains adapters in place of the weights.
    public var lora: AdapterSettings?
    public var format = PromptFormat.instruction
    public var chat = ChatChoice.marks
    /// Steps between two checkpoints.
    public var checkpointEvery: Int = 200
    /// How many of the last are kept, also after the training; nil: one, until its end.
    public var keptCheckpoints: Int?
    /// Steps between two evaluations on the validation examples; nil: as between checkpoints.
    public var validateEvery: Int?
    /// Evaluations without a lower loss after which training ends; nil: it takes all steps.
    public var patience: Int?
    /// Which weights are the model; nil: the best where there is patience, else the last.
    public var chosenWeights: ChosenWeights?
    /// A loss so many times the highest of the last 50 stops the training; 0: never.
    public var spike: Double = 3
  }

  public enum Schedule: String, Sendable, Hashable, CaseIterable { case cosine, linear, constant }

  /// Whose loss is made smaller.
  public enum Objective: String, Sendable, Hashable, CaseIterable { case targets, all }

  /// What of an example is the input: as its template wrote it, with the task's name before it, or alone with no
  /// mark between it and the target.
  public enum PromptFormat: String, Sendable, Hashable, CaseIterable { case instruction, tag, none }

  /// What stands around inputs and targets: the model's own marks, what its chat template writes, or a line break.
  public enum ChatChoice: String, Sendable, Hashable, CaseIterable { case marks, template, plain }

  /// What matrix products read; `auto`: bf16 where the processor multiplies in it, else f32.
  public enum Precision: String, Sendable, Hashable, CaseIterable {
    case f32, bf16, auto

    var products: ProductPrecision {
      switch self {
      case .f32: .f32
      case .bf16: .bf16
      case .auto: HalfProducts.areNative ? .bf16 : .f32
      }
    }
  }

  public enum ChosenWeights: String, Sendable, Hashable, CaseIterable { case last, best }
}

extension Recipe.TrainingChoice {
  init(_ part: YAMLFields) {
    var fields = part
    examples = fields.integer("examples", in: 1...1_000_000_000_000)
    epochs = fields.number("epochs", in: 0.001...10_000) ?? epochs
    steps = fields.integer("steps", in: 1...100_000_000)
    tokensPerStep = fields.integer("tokens_per_step", in: 64...16_777_216) ?? tokensPerStep
    tokensPerPass = fields.integer("tokens_per_pass", in: 1...16_777_216) ?? tokensPerPass
    schedule = fields.choice("schedule", Recipe.Schedule.self) ?? schedule
    learningRate = fields.number("learning_rate", in: 1e-8...10) ?? learningRate
    warmUp = fields.number("warm_up", in: 0...1) ?? warmUp
    finalShare = fields.number("final_share", in: 0...1) ?? finalShare
    weightDecay = fields.number("weight_decay", in: 0...10) ?? weightDecay
    clip = fields.number("clip", in: 0...1e9) ?? clip
    let weight = fields.number("input_loss_weight", in: 0...1)
    inputLossWeight = weight ?? inputLossWeight
    if let objective = fields.choice("objective", Recipe.Objective.self) {
      if weight != nil, let node = fields.node("objective") {
        fields.problems.add(
          node.error("'objective' and 'input_loss_weight' say the same thing; leave one out"))
      }
      inputLossWeight = objective == .all ? 1 : 0
    }
    precision = fields.choice("precision", Recipe.Precision.self) ?? precision
    if let part = fields.fields("lora") { lora = AdapterSettings(part) }
    format = fields.choice("format", Recipe.PromptFormat.self) ?? format
    chat = fields.choice("chat", Recipe.ChatChoice.self) ?? chat
    checkpointEvery = fields.integer("checkpoint_every", in: 1...100_000_000) ?? checkpointEvery
    keptCheckpoints = fields.integer("keep_checkpoints", in: 1...1_000)
    validateEvery = fields.integer("validate_every", in: 1...100_000_000)
    patience = fields.integer("patience", in: 1...1_000_000)
    chosenWeights = fields.choice("choose", Recipe.ChosenWeights.self)
    if let node = fields.node("spike") {
      spike = node.text == "0" ? 0 : fields.number("spike", in: 1.01...1e6) ?? spike
    }
    fields.finish()
  }
}
