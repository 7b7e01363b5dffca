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

  @Option(help: "What the model computes with (default: the recipe's, else f32).")
  var precision: ScorePrecision?

  @OptionGroup var prompting: PromptingOptions

  @Option(help: ArgumentHelp("Of what is drawn (default: the recipe's).", valueName: "n"))
  var seed: UInt64?

  @OptionGroup var common: CommonOptions

  func run() throws {
    var options = EvaluateOptions(
      model: model, precision: precision, prompting: prompting.choice, seed: seed)
    options.endpoint = endpoint.options
    try common.print(evaluateModel(folder: folder, options: options, in: common.session))
  }
}
