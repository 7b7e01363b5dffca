import ArgumentParser
import Bytes
import Phrasebook

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Turn a published collection of templates or tasks into files of ours.",
    discussion: """
      Exit status: 0 all imported; 1 some were refused, the others are imported; 2 nothing was imported.

      Example:
        phrasebook import promptsource promptsource-0.2.3 --output published
      """,
    subcommands: [
      ImportPromptSource.self, ImportLMEval.self, ImportNaturalInstructions.self, ImportBigBench.self,
      ImportFlanCoT.self, ImportExamples.self,
    ])
}

struct ImportPromptSource: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promptsource",
    abstract: "PromptSource: every templates.yaml below a folder, or one such file.",
    discussion: """
      Example:
        phrasebook import promptsource promptsource-0.2.3 --output published
      """)

  @OptionGroup var place: ImportPlace
  @OptionGroup var common: CommonOptions

  func run() throws { try place.run(.promptsource, common) }
}

struct ImportLMEval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lm-eval",
    abstract: "lm-evaluation-harness: every task's .yaml below a folder, or one such file.",
    discussion: """
      Example:
        phrasebook import lm-eval lm-evaluation-harness/lm_eval/tasks --output published
      """)

  @OptionGroup var place: ImportPlace

  @Option(
    help: ArgumentHelp(
      "Folder for <task>/corpus.yaml of the tasks whose data lies in local files.", valueName: "dir"))
  var corpora: String?

  @OptionGroup var common: CommonOptions

  func run() throws { try place.run(.lmEval, corpora: corpora, common) }
}

/// From where to where.
struct ImportPlace: ParsableArguments {
  @Argument(help: "The collection: a folder or a file.")
  var path: String

  @Option(help: ArgumentHelp("Folder for <task>/templates.yaml.", valueName: "dir"))
  var output = "templates"

  @Flag(help: "Replace files that are there and differ.")
  var replace = false

  func run(_ format: ImportOptions.Format, corpora: String? = nil, _ common: CommonOptions) throws {
    let options = ImportOptions(
      format, path: path, output: output, corpora: corpora, replacing: replace)
    let (report, refused) = try importTemplates(options, in: common.session)
    try common.print(report)
    if refused > 0 {
      throw Diagnostic("\(refused) could not be imported; the report tells why", cause: .finding)
    }
  }
}
