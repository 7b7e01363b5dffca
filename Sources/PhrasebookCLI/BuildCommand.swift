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

  @Option(
    help: ArgumentHelp(
      "Build this training file only, from 0; 'phrasebook commit' makes a mixture of all.", valueName: "i"))
  var shard: Int?

  @Flag(help: "Keep the files that an earlier build of the same mixture finished.")
  var resume = false

  @Option(
    help: ArgumentHelp(
      "Hold out this part of the families, i of k from 0; 'i/each' holds out one family.", valueName: "i/k"))
  var fold: String?

  @Option(
    help: ArgumentHelp(
      "Take the records from the folder that 'phrasebook prepare' wrote, and read no corpus.",
      valueName: "dir"))
  var records: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let shards, !(1...99_999).contains(shards) {
      throw ValidationError("'--shards' must be from 1 to 99999, found \(shards).")
    }
    if let fold, Recipe.FoldChoice(fold) == nil {
      throw ValidationError("'--fold' must be like 0/5 or 0/each, found '\(fold)'.")
    }
    if let shard, shard < 0 { throw ValidationError("'--shard' must be at least 0, found \(shard).") }
  }

  func run() throws {
    let options = BuildOptions(
      output: output, shards: shards, shard: shard, resume: resume,
      fold: fold.flatMap(Recipe.FoldChoice.init), records: records)
    try common.print(buildMixture(recipe: recipe, options: options, in: common.session))
  }
}
