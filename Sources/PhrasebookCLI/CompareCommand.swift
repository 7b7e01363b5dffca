import ArgumentParser
import Phrasebook

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare two models that answered the same examples.",
    discussion: """
      Example:
        phrasebook compare output/small output/large
      """)

  @Argument(help: "A folder with the evaluation of the first model.")
  var first: String

  @Argument(help: "A folder with the evaluation of the second.")
  var second: String

  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.print(compareModels(first: first, second: second, in: common.session))
  }
}
