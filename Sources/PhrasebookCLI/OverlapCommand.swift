import ArgumentParser
import Phrasebook

struct OverlapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "overlap",
    abstract: "Look for what is measured on in training or pretraining texts.",
    discussion: """
      Example:
        phrasebook overlap output/phrasebook --corpus pretraining-*.jsonl.zst
      """)

  @Argument(help: "The folder that 'phrasebook build' wrote.")
  var folder: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Texts to look into: JSON Lines or plain text, also compressed.", valueName: "file"))
  var corpus: [String]

  @Option(help: ArgumentHelp("jsonl or text (default: by each file's content).", valueName: "name"))
  var format: String?

  @Option(
    help: ArgumentHelp(
      "A field of JSON lines to read, may be repeated (default: text, content, input and target).",
      valueName: "name"))
  var field: [String] = []

  @Option(help: ArgumentHelp("Words in a row that make a text seen (default: 8).", valueName: "n"))
  var words = 8

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if !(1...1_000).contains(words) {
      throw ValidationError("'--words' must be from 1 to 1000, found \(words).")
    }
    if corpus.isEmpty { throw ValidationError("'--corpus' needs at least one file.") }
  }

  func run() throws {
    let options = OverlapOptions(corpora: corpus, format: format, fields: field, run: words)
    try common.print(measureOverlap(folder: folder, options: options, in: common.session))
  }
}
