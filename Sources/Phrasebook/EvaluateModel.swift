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
  /// What replaces the recipe's ways of asking.
  public var prompting: PromptingChoice
  /// Replaces the mixture's seed for what is drawn: exemplars, samples, the bootstrap.
  public var seed: UInt64?

  public init(model: String? = nil, prompting: PromptingChoice = PromptingChoice(), seed: UInt64? = nil) {
    self.model = model
    self.prompting = prompting
    self.seed = seed
  }
}

/// Scores the evaluation cells of a built mixture and writes `evaluation/results.json` and
/// `evaluation/predictions.jsonl`.
@discardableResult
public func evaluateModel(
  folder: String, options: EvaluateOptions = EvaluateOptions(), in session: Session
) throws -> CommandResult {
  let built = try MixtureFolder(folder)
  let prompting = try options.prompting.over(built.recipe.evaluation.prompting).settings()
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
  settings.prompting = prompting
  settings.seed = options.seed
  settings.resamples = built.recipe.evaluation.resamples
  settings.maximumTokens = built.recipe.evaluation.maximumTokens
  // A model inside the folder is named relative to it, so that results do not tell where the folder is.
  let identity = try ModelIdentity(path: path, name: options.model ?? "model")
  var evaluator = Evaluator(folder: folder, settings: settings)
  evaluator.steps = try StepPrograms(folder: folder)
  let results = try evaluator.run(model, model: identity) { progress in
    let left = progress.secondsLeft.map { ", \(duration($0)) left" } ?? ""
    session.progress.update("evaluate: \(progress.done) of \(progress.total) examples\(left)")
  }
  session.progress.note("evaluate: \(results.examples.values.reduce(0, +)) examples")
  if results.failures > 0 {
    session.progress.warning("evaluate: \(results.failures) questions have no answer and count as wrong")
  }
  for note in results.notes { session.progress.detail(note) }
  return try reportTable(folder)
}
