import ArgumentParser
import Phrasebook

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a first corpus.yaml and three starter templates for a data file.",
    discussion: """
      The format, the records and their fields are told by the file's content: JSON lines or arrays, CSV, TSV, XML,
      Parquet, lines; compressed or not. Both files are meant to be corrected.

      Example:
        phrasebook init reviews.csv --name reviews
      """)

  @Argument(help: "The data file.")
  var path: String

  @Option(help: ArgumentHelp("The task's name (default: made from the file's).", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("The project's folder, for corpora/ and templates/.", valueName: "dir"))
  var output = "."

  @Flag(help: "Replace files that are there.")
  var replace = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    let options = InitOptions(path: path, name: name, output: output, replacing: replace)
    try common.print(initTask(options, in: common.session))
  }
}
