public import ArgumentParser
public import Phrasebook

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a model for llama.cpp or transformers.",
    discussion: """
      Example:
        phrasebook convert output/phrasebook/model --to gguf-q8_0 --output phrasebook.gguf
      """)

  @Argument(help: "A model's folder, a GGUF file or smollm2.")
  var model: String

  @Option(help: "What to write.")
  var to: ModelFormat

  @Option(help: ArgumentHelp("The file (GGUF) or folder to write.", valueName: "path"))
  var output: String

  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.print(convertModel(model, to: to, output: output, in: common.session))
  }
}

extension ModelFormat: ExpressibleByArgument {}
