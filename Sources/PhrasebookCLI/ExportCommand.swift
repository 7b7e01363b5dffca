import ArgumentParser
import Phrasebook

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a built mixture in another form.",
    discussion: """
      Formats: messages, sharegpt, alpaca, prompt-completion, text (JSON lines); parquet, tfrecord, webdataset;
      megatron and tokens, which need a tokenizer.

      Example:
        phrasebook export output/phrasebook --format messages
      """)

  @Argument(help: "The folder that 'phrasebook build' wrote.")
  var folder: String

  @Option(help: ArgumentHelp("What to write.", valueName: "format"))
  var format: String

  @Option(
    help: ArgumentHelp("Folder for the files (default: export/<format> in the mixture's).", valueName: "dir"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "smollm2, a GGUF file, a model's folder or a tokenizer.json (default: the trained model's).",
      valueName: "name"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "For the format text: a model that has a chat template, or a file of Jinja.", valueName: "name"))
  var chatTemplate: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let options = ExportOptions(
      format: format, output: output, tokenizer: tokenizer, chatTemplate: chatTemplate)
    try common.print(exportMixture(folder: folder, options: options, in: common.session))
  }
}
