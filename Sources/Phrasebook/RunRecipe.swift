/// Builds a recipe's mixture, trains on it, evaluates the model and writes the report.
///
/// - Parameter output: the folder for everything; nil: `output/<name>` beside the recipe.
@discardableResult
public func runRecipe(at path: String, output: String? = nil, in session: Session) throws -> CommandResult {
  let folder = try output ?? Recipe.load(path).defaultOutput
  try buildMixture(recipe: path, options: BuildOptions(output: folder), in: session)
  try trainModel(folder: folder, in: session)
  try evaluateModel(folder: folder, in: session)
  return try writeReport(folder: folder, in: session)
}
