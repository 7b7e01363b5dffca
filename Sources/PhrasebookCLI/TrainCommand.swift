import ArgumentParser
import Phrasebook

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model on a built mixture.",
    discussion: """
      The model and the training settings are the recipe's; the options replace them. Ctrl-C saves the state.

      Example:
        phrasebook train output/phrasebook --steps 200
      """)

  @Argument(help: "The folder that 'phrasebook build' wrote.")
  var folder: String

  @OptionGroup var choices: TrainingOptions

  @Flag(help: "Go on from the last checkpoint of a run that was cut off.")
  var resume = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    var options = choices.options
    options.resume = resume
    try common.print(trainModel(folder: folder, options: options, in: common.session))
  }
}
