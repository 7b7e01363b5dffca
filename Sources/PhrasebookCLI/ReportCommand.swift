import ArgumentParser
import Phrasebook

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Print the table of a run and write its report.html.",
    discussion: """
      Example:
        phrasebook report output/phrasebook
      """)

  @Argument(help: "Folders that 'phrasebook build' wrote.")
  var folders: [String]

  @OptionGroup var common: CommonOptions

  func run() throws {
    for folder in folders {
      try common.print(writeReport(folder: folder, in: common.session))
    }
  }
}
