import Bytes
import Evaluation
import Transformer

/// The model of an evaluation and what results call it.
struct EvaluatedModel {
  var scorer: any Scorer
  var identity: ModelIdentity

  /// Loads a model, or gets ready to ask a server.
  ///
  /// - Parameter precision: what the recipe says.
  init(
    folder: String, options: EvaluateOptions, precision: ScorePrecision, in session: Session
  ) throws {
    if let endpoint = options.endpoint {
      guard options.precision == nil else {
        throw Diagnostic("a server computes with what it chooses; leave out --precision")
      }
      let settings = try endpoint.settings(model: options.model, folder: folder)
      let server = try EndpointScorer(settings) { session.progress.note($0) }
      scorer = server
      identity = ModelIdentity(name: server.model)
      return
    }
    let path: String
    if let name = options.model {
      path = try PretrainedModel.path(name, in: session)
    } else {
      path = folder + "/model"
      guard fileExists(path) else {
        throw Diagnostic("no model in '\(path)'; run 'phrasebook train \(folder)' or name one with --model")
      }
    }
    let precision = options.precision ?? precision
    scorer = try LanguageModel.load(path, precision: precision.ofModel)
    // A model inside the folder is named relative to it, so that results do not tell where the folder is.
    identity = try ModelIdentity(path: path, name: options.model ?? "model")
    identity.precision = precision.rawValue
  }
}
