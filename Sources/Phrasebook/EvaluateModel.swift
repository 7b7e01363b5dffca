import Bytes
import Evaluation
import JSON
import Records
import Reports
import Transformer

/// What the command line may change about an evaluation.
public struct EvaluateOptions: Sendable {
  /// A model's folder in Hugging Face's layout, a GGUF file or a pretrained model's name; nil: the one that training left in the mixture's folder.
  public var model: String?

  public init(model: String? = nil) {
    self.model = model
  }
}

/// Scores the evaluation cells of a built mixture and writes `evaluation/results.json` and
/// `evaluation/predictions.jsonl`.
@discardableResult
public func evaluateModel(
  folder: String, options: EvaluateOptions = EvaluateOptions(), in session: Session
) throws -> CommandResult {
  let built = try MixtureFolder(folder)
  let path: String
  if let name = options.model {
    path = try PretrainedModel.path(name, in: session)
  } else {
    path = folder + "/model"
    guard fileExists(path) else {
      throw Diagnostic("no model in '\(path)'; run 'phrasebook train \(folder)' or name one with --model")
    }
  }
  let model = try LanguageModel.load(path)
  var settings = EvaluationSettings()
  settings.threads = session.threads
  settings.resamples = built.recipe.evaluation.resamples
  settings.maximumTokens = built.recipe.evaluation.maximumTokens
  // A model inside the folder is named relative to it, so that results do not tell where the folder is.
  let identity = try ModelIdentity(path: path, name: options.model ?? "model")
  let evaluator = Evaluator(folder: folder, settings: settings)
  let results = try evaluator.run(model, model: identity) { progress in
    let left = progress.secondsLeft.map { ", \(duration($0)) left" } ?? ""
    session.progress.update("evaluate: \(progress.done) of \(progress.total) examples\(left)")
  }
  session.progress.note("evaluate: \(results.examples.values.reduce(0, +)) examples")
  for note in results.notes { session.progress.detail(note) }
  return try reportTable(folder)
}
