import Bytes
import JSON
import Records
import Transformer

/// What a training begins with: the model before the first step, the examples as its tokens, and which of them
/// each step takes.
struct TrainingStart {
  let model: LanguageModel
  /// What is trained in place of the model's weights.
  let adapters: LowRankAdapters?
  /// What adapters call the model.
  let baseName: String
  let training: TokenizedExamples
  let validation: TokenizedExamples
  let plan: TrainingPlan
  /// The most tokens of an example.
  let contextLength: Int

  var trained: any ParameterArray { adapters ?? model.weights }

  /// Whether the weights are kept in bf16 alone while adapters are trained, and read once more at the end.
  func isHalved(_ configuration: TrainingConfiguration) -> Bool {
    guard case .pretrained = configuration.model else { return false }
    return adapters != nil && configuration.precision == .bf16
  }
}

/// A training that was asked to stop and saved its state.
public struct TrainingStopped: Error, Sendable {
  /// Steps done.
  public var step: Int
  public var steps: Int
}

extension Trainer {
  func prepare() throws -> TrainingStart {
    try configuration.validate()
    let model = try origin()
    let context = min(configuration.contextLength, model.configuration.contextLength)
    let training = try TokenizedExamples(
      examples, first: configuration.examples, tokenizer: model.tokenizer, contextLength: context)
    let held = try TokenizedExamples(validation, tokenizer: model.tokenizer, contextLength: context)
    let adapters = configuration.lora.map {
      LowRankAdapters(model.configuration, $0, SeedKey(seed: configuration.seed).part("adapters"))
    }
    return TrainingStart(
      model: model, adapters: adapters, baseName: configuration.baseName, training: training,
      validation: held, plan: try TrainingPlan(training, configuration),
      contextLength: context)
  }

  /// The tokenizer and the weights before the first step.
  func origin() throws -> LanguageModel {
    if case .pretrained(let path) = configuration.model {
      let model = try LanguageModel.load(path)
      return LanguageModel(
        weights: model.weights, tokenizer: try model.tokenizer.framed(configuration.style, configuration.form)
      )
    }
    let tokenizer = try learnTokenizer().framed(configuration.style, configuration.form)
    guard let shape = try configuration.shape(vocabulary: tokenizer.vocabulary) else {
      throw Diagnostic("no shape for a model from scratch")
    }
    let weights = ModelWeights(shape)
    weights.initialize(SeedKey(seed: configuration.seed).part("weights"))
    return LanguageModel(weights: weights, tokenizer: tokenizer)
  }

  private func learnTokenizer() throws -> Tokenizer {
    var learner = TokenizerLearner()
    try ExampleLines.read(examples, first: configuration.examples) { example, _ in
      learner.add(configuration.form.text(example.input, task: example.task))
      learner.add(example.target)
    }
    return learner.learn(vocabulary: configuration.vocabularySize)
  }
}
