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

  @Option(
    name: .customLong("lm-eval"),
    help: ArgumentHelp(
      "Also write the results as lm-evaluation-harness does (one folder).", valueName: "file"))
  var harnessFile: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if harnessFile != nil, folders.count > 1 {
      throw ValidationError("'--lm-eval' takes one folder, found \(folders.count).")
    }
  }

  func run() throws {
    for folder in folders {
      let others = folders.filter { $0 != folder }
      try common.print(
        writeReport(folder: folder, others: others, harnessFile: harnessFile, in: common.session))
    }
  }
}
