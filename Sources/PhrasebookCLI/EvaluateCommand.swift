import ArgumentParser
import Phrasebook

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a model on seen and unseen templates.",
    discussion: """
      Example:
        phrasebook evaluate output/phrasebook
      """)

  @Argument(help: "The folder that 'phrasebook build' wrote.")
  var folder: String

  @Option(
    help: ArgumentHelp(
      "A model's folder, a GGUF file or smollm2 (default: model/ inside the folder); with --endpoint, the name "
        + "by which the server knows the model.", valueName: "path"))
  var model: String?

  @OptionGroup var endpoint: EndpointArguments

  @OptionGroup var common: CommonOptions

  func run() throws {
    var options = EvaluateOptions(model: model)
    options.endpoint = endpoint.options
    try common.print(evaluateModel(folder: folder, options: options, in: common.session))
  }
}
