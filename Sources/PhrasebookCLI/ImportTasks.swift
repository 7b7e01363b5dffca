import ArgumentParser
import Bytes
import Phrasebook

struct ImportNaturalInstructions: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "natural-instructions",
    abstract: "Super-NaturalInstructions: every task's .json below a folder, or one such file.",
    discussion: """
      Example:
        phrasebook import natural-instructions natural-instructions/tasks --output project
      """)

  @OptionGroup var place: TaskImportPlace
  @OptionGroup var common: CommonOptions

  func run() throws { try place.run(.naturalInstructions, common) }
}

struct ImportBigBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "big-bench",
    abstract: "BIG-bench and BIG-Bench Hard: every task's .json below a folder, or one such file.",
    discussion: """
      Example:
        phrasebook import big-bench BIG-Bench-Hard/bbh --output project
      """)

  @OptionGroup var place: TaskImportPlace
  @OptionGroup var common: CommonOptions

  func run() throws { try place.run(.bigBench, common) }
}

struct ImportFlanCoT: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flan-cot",
    abstract: "FLAN's chains of thought: every .tsv below a folder, or one such file.",
    discussion: """
      Example:
        phrasebook import flan-cot FLAN/flan/v2/cot_data --output project
      """)

  @OptionGroup var place: TaskImportPlace
  @OptionGroup var common: CommonOptions

  func run() throws { try place.run(.flanChainOfThought, common) }
}

struct ImportExamples: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "examples",
    abstract:
      "Ready examples: every .jsonl of prompts and completions, or chats, below a folder, or one such file.",
    discussion: """
      Example:
        phrasebook import examples chats.jsonl --output project
      """)

  @OptionGroup var place: TaskImportPlace
  @OptionGroup var common: CommonOptions

  func run() throws { try place.run(.examples, common) }
}

/// From where to where.
struct TaskImportPlace: ParsableArguments {
  @Argument(help: "The collection: a folder or a file.")
  var path: String

  @Option(
    help: ArgumentHelp("The project's folder, for corpora/<task> and templates/<task>.", valueName: "dir"))
  var output = "."

  @Flag(help: "Replace files that are there and differ.")
  var replace = false

  func run(_ format: TaskImportOptions.Format, _ common: CommonOptions) throws {
    let options = TaskImportOptions(format, path: path, output: output, replacing: replace)
    let (report, refused) = try importTasks(options, in: common.session)
    try common.print(report)
    if refused > 0 {
      throw Diagnostic("\(refused) files could not be imported; the report tells why", cause: .finding)
    }
  }
}
