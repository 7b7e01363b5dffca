import Bytes

/// Trains a language model from scratch on the files of a mixture and leaves a folder that `LanguageModel`
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
    throw Diagnostic("training is still being built")
  }
}
