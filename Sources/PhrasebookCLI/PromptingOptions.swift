import ArgumentParser
import Phrasebook

/// How a model is asked; what is not given stands in the recipe.
struct PromptingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Solved examples before each question.", valueName: "k"))
  var shots: Int?

  @Option(
    help: ArgumentHelp("Which training records those are: random, balanced or similar.", valueName: "way"))
  var exemplars: String?

  @Option(help: ArgumentHelp("Templates of exemplars: same, other or mixed.", valueName: "which"))
  var exemplarTemplates: String?

  @Option(help: ArgumentHelp("Try exemplars in several orders and tell the spread.", valueName: "n"))
  var orders: Int?

  @Option(
    help: ArgumentHelp("marked: in the model's own form; continued: as plain text.", valueName: "form"))
  var format: String?

  @Flag(help: "Take the model's leaning out of its choices (contextual calibration).")
  var calibrate = false

  @Option(
    help: ArgumentHelp(
      "The method, or further ones to compare: contextual, contextual_difference, domain, batch.",
      valueName: "method"))
  var calibration: [String] = []

  @Flag(help: "Ask for reasons before the answer.")
  var chainOfThought = false

  @Option(help: ArgumentHelp("Text that opens the reasoning; each is measured.", valueName: "text"))
  var trigger: [String] = []

  @Option(
    help: ArgumentHelp("Ways of reasoning to each answer, of which the most frequent counts.", valueName: "n")
  )
  var samples: Int?

  @Option(help: ArgumentHelp("Of sampled reasoning.", valueName: "t"))
  var temperature: Double?

  @Option(help: ArgumentHelp("Tokens at most of one reasoning.", valueName: "n"))
  var reasoningTokens: Int?

  func validate() throws {
    let asksForReasons = chainOfThought || !trigger.isEmpty
    if let name = [samples.map { _ in "--samples" }, temperature.map { _ in "--temperature" }]
      .compactMap(\.self).first, !asksForReasons
    {
      throw ValidationError("\(name) is for sampled reasoning; add --chain-of-thought.")
    }
  }

  var choice: PromptingChoice {
    var choice = PromptingChoice()
    choice.shots = shots
    choice.exemplars = exemplars
    choice.exemplarTemplates = exemplarTemplates
    choice.orders = orders
    choice.format = format
    if calibrate || !calibration.isEmpty {
      choice.calibrations = calibration.isEmpty ? ["contextual"] : calibration
    }
    if chainOfThought { choice.chainOfThought = true }
    if !trigger.isEmpty { choice.triggers = trigger }
    choice.samples = samples
    choice.temperature = temperature
    choice.reasoningTokens = reasoningTokens
    return choice
  }
}
