import ArgumentParser
import Phrasebook

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Build a recipe's mixture, train on it, evaluate the model and write the report.",
    discussion: """
      Example:
        phrasebook run phrasebook.yaml --output /tmp/first
      """)

  @Argument(help: "The recipe.")
  var recipe = "phrasebook.yaml"

  @Option(
    help: ArgumentHelp("Folder for the results (default: output/<name> beside the recipe).", valueName: "dir")
  )
  var output: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.print(runRecipe(at: recipe, output: output, in: common.session))
  }
}
