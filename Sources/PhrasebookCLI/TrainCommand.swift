import ArgumentParser
import Phrasebook

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model on a built mixture.",
    discussion: """
      The model and the training settings are the recipe's; the options replace them.

      Example:
        phrasebook train output/phrasebook --steps 200
      """)

  @Argument(help: "The folder that 'phrasebook build' wrote.")
  var folder: String

  @Option(help: ArgumentHelp("Optimizer steps (default: the recipe's).", valueName: "n"))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "tiny or small from scratch; smollm2, a GGUF file or a model's folder to go on from (default: the recipe's).",
      valueName: "name"))
  var model: String?

  @Flag(help: "Go on from the last checkpoint of a run that was cut off.")
  var resume = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("'--steps' must be at least 1, found \(steps).") }
  }

  func run() throws {
    let options = TrainOptions(steps: steps, model: model, resume: resume)
    try common.print(trainModel(folder: folder, options: options, in: common.session))
  }
}
