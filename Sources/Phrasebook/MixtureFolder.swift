import Bytes
import JSON

/// A folder that `buildMixture` completed: the place where training and evaluation find their input.
struct MixtureFolder {
  /// The copy of the recipe in the folder.
  static let recipeName = "recipe.yaml"

  let folder: String
  let recipe: Recipe
  /// In the mixture's order.
  let trainingFiles: [String]

  var validationFile: String { folder + "/evaluation/validation.jsonl" }

  init(_ folder: String) throws {
    let manifest = folder + "/manifest.json"
    guard fileExists(manifest) else {
      throw Diagnostic(
        "no built mixture in '\(folder)': it has no manifest.json; run 'phrasebook build RECIPE' first")
    }
    self.folder = folder
    recipe = try Recipe.load(folder + "/" + Self.recipeName)
    let advice = "build the mixture again"
    let shards = try JSONNode.read(manifest, advice: advice).required("shards").items()
    trainingFiles = try shards.map { folder + "/" + (try $0.required("path").text()) }
    for file in trainingFiles where !fileExists(file) {
      throw Diagnostic("'\(file)' is named in the manifest but missing; \(advice)")
    }
  }
}
