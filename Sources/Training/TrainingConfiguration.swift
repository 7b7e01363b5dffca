package import Bytes
public import Transformer

/// What a training run is made of; the same values, examples and seed give the same bytes.
public struct TrainingConfiguration: Sendable, Hashable {
  /// The size of the model: a preset's name or a shape of one's own.
  public enum Model: Sendable, Hashable {
    case preset(String)
    /// The vocabulary and context length inside are replaced by those of the run.
    case shape(ModelConfiguration)
    /// Goes on from the weights and with the tokenizer of a GGUF file or a folder in Hugging Face's layout.
    case pretrained(String)
  }

  /// What the weights that a pretrained model begins with are called; adapters name it as theirs.
  public var baseName = ""

  /// How long to train.
  public enum Length: Sendable, Hashable {
    case steps(Int)
    /// Passes over the examples.
    case epochs(Double)
  }

  /// How the learning rate goes down after the warm-up.
  public enum Schedule: String, Sendable, Hashable, CaseIterable {
    case cosine, linear, constant
  }

  /// Which weights a training leaves as the model.
  public enum Choice: String, Sendable, Hashable, CaseIterable {
    /// Those of the last step.
    case last
    /// Those with the lowest loss on the validation examples.
    case best
  }

  public var model: Model = .preset("tiny")
  /// What stands around an example's input and target.
  public var style = PromptStyle.marks
  /// What of an example is the input.
  public var form = PromptForm.instruction
  /// Tokens that the tokenizer learns, marks and bytes included; at least 259.
  public var vocabularySize = 2048
  public var length: Length = .epochs(1)
  /// Only the first so many examples of the files are trained on; nil: all. A mixture's beginning has its shares.
  public var examples: Int?
  /// Examples are taken until a step has at least this many tokens, input and target together.
  public var tokensPerStep = 4096
  /// Tokens that a pass holds in memory at a time, at most (but one example always). The gradients of a step's
  /// passes are added up.
  public var tokensPerPass = 8_192
  public var schedule = Schedule.cosine
  /// The highest learning rate, after the warm-up.
  public var learningRate = 2e-3
  /// The share of the steps in which the rate rises from 0.
  public var warmUp = 0.05
  /// The rate at the end of the way down, as a share of the highest.
  public var finalRate = 0.05
  /// Decoupled weight decay, on matrices only.
  public var weightDecay = 0.1
  public var beta1 = 0.9
  public var beta2 = 0.98
  /// The gradient's norm is cut down to this.
  public var clip = 1.0
  /// The weight of the loss on input tokens, relative to 1 on target tokens; 0 leaves them out.
  public var inputLossWeight = 0.0
  /// The most tokens of an example, within what a pretrained model can read; the front of a longer input is cut.
  public var contextLength = 256
  /// What matrix products read.
  public var precision: ProductPrecision = .f32
  /// Trains these adapters and leaves the model's own weights alone; nil trains all weights.
  public var lora: AdapterSettings?
  public var seed: UInt64 = 0
  /// Steps between checkpoints; 0 for none.
  public var checkpointEvery = 0
  /// Steps between evaluations on the validation examples; 0 for none.
  public var validateEvery = 0
  /// Evaluations without a new lowest loss after which the training ends; 0: it takes all its steps.
  public var patience = 0
  public var choice = Choice.last
  /// How many of the last checkpoints are kept; nil: one while training, none after it.
  public var keptCheckpoints: Int?
  /// A step's loss above so many times the highest of the 50 before it, and a nat above it, ends the training; 0:
  /// never.
  public var spike = 3.0
  /// Changes the speed, not the result.
  public var threads = 1

  public init() {}
}

extension TrainingConfiguration {
  /// Checks every number's range.
  package func validate() throws(Diagnostic) {
    func expect(_ holds: Bool, _ what: String) throws(Diagnostic) {
      guard holds else { throw Diagnostic("impossible training: expected \(what)") }
    }
    try expect(
      (TokenizerLearner.smallest...1 << 18).contains(vocabularySize),
      "a vocabulary of \(TokenizerLearner.smallest) to 262,144 tokens, found \(vocabularySize)")
    if let examples { try expect(examples >= 1, "at least 1 example, found \(examples)") }
    try expect(tokensPerStep >= 1, "at least 1 token a step, found \(tokensPerStep)")
    try expect(
      learningRate > 0 && learningRate.isFinite, "a learning rate above 0, found \(learningRate)")
    try expect((0...1).contains(warmUp), "a warm-up of 0 to 1 (a share of the steps), found \(warmUp)")
    try expect((0...1).contains(finalRate), "a final rate of 0 to 1 (a share), found \(finalRate)")
    try expect((0...10).contains(weightDecay), "a weight decay of 0 to 10, found \(weightDecay)")
    try expect(
      (0..<1).contains(beta1) && (0..<1).contains(beta2), "betas of 0 to below 1, found \(beta1), \(beta2)")
    try expect(clip >= 0 && clip.isFinite, "a clip of 0 (none) or more, found \(clip)")
    try expect(
      (0...10).contains(inputLossWeight), "an input loss weight of 0 to 10, found \(inputLossWeight)")
    try expect(tokensPerPass >= 1, "at least 1 token a pass, found \(tokensPerPass)")
    try expect(patience >= 0, "a patience of 0 (none) or more evaluations, found \(patience)")
    try expect(
      patience == 0 && choice == .last || validateEvery > 0,
      "evaluations during the training (validate_every) where patience or the best weights are asked for")
    try expect(
      spike == 0 || spike > 1 && spike.isFinite, "a spike of 0 (never) or more than 1, found \(spike)")
    try expect(threads >= 1, "at least 1 thread, found \(threads)")
    try lora?.validate()
    _ = try shape(vocabulary: vocabularySize)
  }

  /// The shape of a model from scratch with a vocabulary of the tokenizer's size; nil: a pretrained one's.
  package func shape(vocabulary: Int) throws(Diagnostic) -> ModelConfiguration? {
    var shape: ModelConfiguration
    switch model {
    case .preset(let name):
      shape = try .preset(name, vocabulary: vocabulary, contextLength: contextLength)
    case .shape(let own):
      shape = own
      shape.vocabulary = vocabulary
      shape.contextLength = contextLength
    case .pretrained: return nil
    }
    try shape.validate()
    return shape
  }

  /// What decides the bytes of the result, and nothing else.
  var decisive: TrainingConfiguration {
    var settings = self
    settings.threads = 0
    settings.checkpointEvery = 0
    settings.keptCheckpoints = nil
    settings.spike = 0
    settings.baseName = ""
    return settings
  }

  package var optimizerSettings: AdamW.Settings {
    AdamW.Settings(decay: weightDecay, beta1: beta1, beta2: beta2, clip: clip)
  }
}
