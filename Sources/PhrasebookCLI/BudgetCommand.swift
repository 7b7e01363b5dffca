import ArgumentParser
import Phrasebook

struct BudgetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "budget",
    abstract: "Tell how many templates and records an interval of a given width takes.",
    discussion: """
      Example:
        phrasebook budget output/phrasebook --width 5
      """)

  @Argument(help: "A folder with an evaluation.")
  var folder: String

  @Option(
    help: ArgumentHelp(
      "The gap's interval from end to end, in points of 100 (default: half of what it is).",
      valueName: "points"))
  var width: Double?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let width, !(width > 0 && width <= 100) {
      throw ValidationError("'--width' must be above 0 and at most 100, found \(width).")
    }
  }

  func run() throws {
    try common.print(evaluationBudget(folder: folder, width: width.map { $0 / 100 }, in: common.session))
  }
}
