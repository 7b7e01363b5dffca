import ArgumentParser
import Phrasebook

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Read a built mixture again and prove what its manifest promises.",
    discussion: """
      Exit status 1 where anything is found wrong.

      Example:
        phrasebook audit output/phrasebook
      """)

  @Argument(help: "The folder that 'phrasebook build' wrote.")
  var folder: String

  @Option(
    help: ArgumentHelp(
      "MinHash similarity from which two records are near-duplicates (default: the recipe's, else 0.8).",
      valueName: "x"))
  var similarity: Double?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let similarity, !(0.1...1).contains(similarity) {
      throw ValidationError("'--similarity' must be from 0.1 to 1, found \(similarity).")
    }
  }

  func run() throws {
    let outcome = try auditMixture(folder: folder, similarity: similarity, in: common.session)
    try common.print(outcome.result)
    if !outcome.isClean { throw ExitCode(1) }
  }
}
