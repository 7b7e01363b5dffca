import ArgumentParser
import Phrasebook

struct PrepareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract: "Read a recipe's corpora once, for builds of many shards.",
    discussion: """
      Example:
        phrasebook prepare phrasebook.yaml --output /tmp/records
        phrasebook build phrasebook.yaml --records /tmp/records --shards 64 --shard 7
      """)

  @Argument(help: "The recipe.")
  var recipe: String

  @Option(help: ArgumentHelp("Folder for the records.", valueName: "dir"))
  var output: String

  @Option(help: ArgumentHelp("Parts to divide the tasks into.", valueName: "n"))
  var shards = 1

  @Option(help: ArgumentHelp("Prepare the tasks of this part only, from 0.", valueName: "i"))
  var shard: Int?

  @Flag(help: "Keep the tasks that an earlier run finished and whose inputs are the same.")
  var resume = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (1...99_999).contains(shards) else {
      throw ValidationError("'--shards' must be from 1 to 99999, found \(shards).")
    }
    if let shard, shard < 0 { throw ValidationError("'--shard' must be at least 0, found \(shard).") }
  }

  func run() throws {
    let options = PrepareOptions(output: output, shards: shards, shard: shard, resume: resume)
    try common.print(prepareRecords(recipe: recipe, options: options, in: common.session))
  }
}
