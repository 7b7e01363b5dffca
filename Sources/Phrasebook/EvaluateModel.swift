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
  /// A server that is asked instead; `model` is then the name by which it knows the model, nil: the one it has.
  public var endpoint: EndpointOptions?
  /// What the model computes with; nil: what the recipe says.
  public var precision: ScorePrecision?
  /// What replaces the recipe's ways of asking.
  public var prompting: PromptingChoice
  /// Replaces the mixture's seed for what is drawn: exemplars, samples, the bootstrap.
  public var seed: UInt64?

  public init(
    model: String? = nil, precision: ScorePrecision? = nil, prompting: PromptingChoice = PromptingChoice(),
    seed: UInt64? = nil
  ) {
    self.model = model
    self.precision = precision
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
  var settings = EvaluationSettings()
  settings.threads = session.threads
  settings.prompting = prompting
  settings.seed = options.seed
  settings.resamples = built.recipe.evaluation.resamples
  settings.maximumTokens = built.recipe.evaluation.maximumTokens
  if let endpoint = options.endpoint {
    // Progress is told a batch at a time, and a server takes long; enough for all its requests at a time.
    settings.batch = max(32, 8 * (endpoint.concurrency ?? 8))
  }
  var evaluator = Evaluator(folder: folder, settings: settings)
  evaluator.steps = try StepPrograms(folder: folder)
  let model = try EvaluatedModel(
    folder: folder, options: options, precision: built.recipe.evaluation.precision, in: session)
  let results = try evaluator.run(model.scorer, model: model.identity) { progress in
    let left = progress.secondsLeft.map { ", \(duration($0)) left" } ?? ""
    session.progress.update("evaluate: \(progress.done) of \(progress.total) examples\(left)")
  }
  session.progress.note("evaluate: \(results.examples.values.reduce(0, +)) examples")
  if let server = model.scorer as? EndpointScorer { session.progress.note(server.summary) }
  if results.failures > 0 {
    session.progress.warning("evaluate: \(results.failures) questions have no answer and count as wrong")
  }
  for note in results.notes { session.progress.detail(note) }
  return try reportTable(folder)
}
