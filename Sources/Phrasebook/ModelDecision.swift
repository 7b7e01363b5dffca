import Bytes
import Transformer

/// Which model a training is of, and why: pretrained weights where they can be had, or one from scratch.
struct ModelDecision {
  /// The recipe with the options in place of its own choices, and with the model and the training that were taken.
  var recipe: Recipe
  /// The weights to go on from; nil: from scratch.
  var weights: Weights?
  /// A preset, alone or with other sizes, as the command line named it; nil: the recipe's own model.
  var shape: ModelConfiguration?
  /// What the recipe prefers and why it could not be had; nil where nothing stands in for anything.
  var missing: Missing?

  struct Weights {
    /// As the recipe or the command line names them.
    var name: String
    var path: String
  }

  struct Missing {
    var name: String
    var reason: String
  }

  /// Which model it is and why, in one line.
  var sentence: String {
    if let weights {
      let preferred = recipe.otherwise != nil && weights.name == recipe.model.weights
      return "going on from \(weights.name)" + (preferred ? ", which the recipe prefers" : "")
    }
    let scratch = "a model from scratch (\(recipe.model.preset))"
    return missing.map { "\(scratch), since \($0.name) cannot be had: \($0.reason)" } ?? scratch
  }
}

extension Recipe {
  /// Finds the model to train, fetching it if need be.
  ///
  /// A model from scratch that the command line names takes the settings of `otherwise`, where there are any: those
  /// beside it are meant for the weights.
  ///
  /// - Throws: a `Diagnostic` for weights that cannot be had where the recipe has nothing to take in their place.
  func decision(_ options: TrainOptions, in session: Session) throws -> ModelDecision {
    if let name = options.model {
      guard let shape = try Self.shape(name) else {
        let path = try PretrainedModel.path(name, in: session)
        return ModelDecision(
          recipe: replacing(options), weights: ModelDecision.Weights(name: name, path: path))
      }
      var recipe = (otherwise.map(taking) ?? self).replacing(options)
      recipe.model.weights = nil
      recipe.model.preset = name
      return ModelDecision(recipe: recipe, shape: shape)
    }
    guard let name = model.weights else { return ModelDecision(recipe: replacing(options)) }
    switch try PretrainedModel.find(name, in: session) {
    case .found(let path):
      return ModelDecision(
        recipe: replacing(options), weights: ModelDecision.Weights(name: name, path: path))
    case .missing(let reason, let advice):
      guard let otherwise else { throw PretrainedModel.error(name, reason, advice) }
      return ModelDecision(
        recipe: taking(otherwise).replacing(options),
        missing: ModelDecision.Missing(name: name, reason: reason))
    }
  }

  private func taking(_ alternative: AlternativeChoice) -> Recipe {
    var recipe = self
    recipe.model = alternative.model
    recipe.training = alternative.training
    recipe.otherwise = nil
    return recipe
  }
}
