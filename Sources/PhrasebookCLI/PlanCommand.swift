import ArgumentParser
import Phrasebook

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Say what a build would make: rates, counts, epochs, repeats, tokens, size.",
    discussion: """
      Example:
        phrasebook plan phrasebook.yaml
      """)

  @Argument(help: "The recipe.")
  var recipe: String

  @Option(
    help: ArgumentHelp(
      "Count tokens with smollm2, a GGUF file, a model's folder or a tokenizer.json.", valueName: "name"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "Hold out this part of the families, i of k from 0; 'i/each' holds out one family.", valueName: "i/k"))
  var fold: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let fold, Recipe.FoldChoice(fold) == nil {
      throw ValidationError("'--fold' must be like 0/5 or 0/each, found '\(fold)'.")
    }
  }

  func run() throws {
    let options = PlanOptions(tokenizer: tokenizer, fold: fold.flatMap(Recipe.FoldChoice.init))
    try common.print(planMixture(recipe: recipe, options: options, in: common.session))
  }
}
