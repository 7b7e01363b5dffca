public import ArgumentParser
public import Phrasebook

struct HandoffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "handoff",
    abstract: "Write a training for PyTorch, TRL, Axolotl or LLaMA-Factory.",
    discussion: """
      Data in their form, their settings with the recipe's in them, the model before the first step, and the command
      lines for one machine or many GPUs. The options replace the recipe's choices, as in 'phrasebook train'.

      Example:
        phrasebook handoff output/phrasebook --to torch --model smollm2
      """)

  @Argument(help: "The folder that 'phrasebook build' wrote.")
  var folder: String

  @Option(help: "The program that trains.")
  var to: HandoffTarget

  @Option(
    help: ArgumentHelp("The folder to write (default: handoff/<program> in the mixture's).", valueName: "dir")
  )
  var output: String?

  @OptionGroup var choices: TrainingOptions

  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.print(
      handOff(folder: folder, to: to, output: output, options: choices.options, in: common.session))
  }
}

extension HandoffTarget: ExpressibleByArgument {}
