import ArgumentParser
import Phrasebook

struct CommitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "commit",
    abstract: "Make a mixture of shards that were built one by one.",
    discussion: """
      Every file is read again and held against its SHA-256; the manifest is written last.

      Example:
        phrasebook commit /tmp/mixture
      """)

  @Argument(help: "The folder that the shards were built in.")
  var folder: String

  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.print(commitMixture(folder: folder, in: common.session))
  }
}
