import Bytes
import Evaluation
import Transformer

/// The model of an evaluation and what results call it.
struct EvaluatedModel {
  var scorer: any Scorer
  var identity: ModelIdentity

  /// Loads a model, or gets ready to ask a server.
  init(folder: String, options: EvaluateOptions, in session: Session) throws {
    if let endpoint = options.endpoint {
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
    scorer = try LanguageModel.load(path)
    // A model inside the folder is named relative to it, so that results do not tell where the folder is.
    identity = try ModelIdentity(path: path, name: options.model ?? "model")
  }
}
