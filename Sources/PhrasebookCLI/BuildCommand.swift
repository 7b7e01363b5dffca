import ArgumentParser
import Phrasebook

struct BuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Compile corpora and templates into a mixture with held-out templates.",
    discussion: """
      Example:
        phrasebook build phrasebook.yaml --output /tmp/mixture --shards 4
      """)

  @Argument(help: "The recipe.")
  var recipe: String

  @Option(
    help: ArgumentHelp("Folder for the results (default: output/<name> beside the recipe).", valueName: "dir")
  )
  var output: String?

  @Option(help: ArgumentHelp("Files to divide the training examples into.", valueName: "n"))
  var shards: Int?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let shards, !(1...99_999).contains(shards) {
      throw ValidationError("'--shards' must be from 1 to 99999, found \(shards).")
    }
  }

  func run() throws {
    let options = BuildOptions(output: output, shards: shards)
    try common.print(buildMixture(recipe: recipe, options: options, in: common.session))
  }
}
