import ArgumentParser
import Bytes
import Phrasebook

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Read a corpus and tell what its records are like.",
    discussion: """
      The first records, types, counts, lengths, the distribution of labels, missing values, repeats, bad records.

      Exit status: 0 the corpus can be built from; 1 it has bad records that it does not allow, or no records.

      Example:
        phrasebook inspect corpora/spelling
      """)

  @Argument(help: "A corpus.yaml, or a folder with one.")
  var path: String

  @Option(help: ArgumentHelp("Records to show.", valueName: "n"))
  var records = 3

  @Flag(help: "Read everything and only count.")
  var count = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if records < 0 { throw ValidationError("'--records' must be at least 0, found \(records).") }
  }

  func run() throws {
    let options = InspectOptions(path: path, shown: records, countsOnly: count)
    let (report, isUsable) = try inspectCorpus(options, in: common.session)
    try common.print(report)
    if !isUsable {
      throw Diagnostic(
        "no mixture can be built from this corpus as it stands; the report tells why", cause: .finding)
    }
  }
}
