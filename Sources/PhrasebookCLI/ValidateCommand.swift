import ArgumentParser
import Bytes
import Phrasebook

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Look for faults in templates, and tell how diverse they are.",
    discussion: """
      Exit status: 0 no errors (with --strict: no warnings either); 1 some were found; 2 bad usage or a path
      that cannot be validated.

      Example:
        phrasebook validate templates --diversity
      """)

  @Argument(
    help: ArgumentHelp(
      "Files of templates, folders with such, recipes (default: phrasebook.yaml, else templates).",
      valueName: "path"))
  var paths: [String] = []

  @Option(help: ArgumentHelp("text, json, sarif or github (default: text).", valueName: "format"))
  var format = "text"

  @Flag(help: "Warnings count as errors in the exit status.")
  var strict = false

  @Flag(help: "Mend what can be mended mechanically; what a file was is kept beside it.")
  var fix = false

  @Flag(help: "Tell diversity figures and suggestions too.")
  var diversity = false

  @Option(help: ArgumentHelp("Write a map of the templates, an HTML page.", valueName: "file"))
  var map: String?

  @Option(
    help: ArgumentHelp(
      "Folder of the tasks' corpora (default: corpora beside the folder of the templates).", valueName: "dir")
  )
  var corpora: String?

  @Option(help: ArgumentHelp("Records of each task to render, 0 for none (default: 200).", valueName: "n"))
  var records = 200

  @Option(help: ArgumentHelp("Characters that an input may have (default: 8192).", valueName: "n"))
  var maxCharacters = 8_192

  @Option(help: ArgumentHelp("Tokens that an input may have; needs --tokenizer.", valueName: "n"))
  var maxTokens: Int?

  @Option(help: ArgumentHelp("A model whose tokenizer counts: its folder, file or name.", valueName: "model"))
  var tokenizer: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if !(0...100_000).contains(records) {
      throw ValidationError("'--records' must be from 0 to 100000, found \(records).")
    }
    for (name, value) in [("max-characters", maxCharacters), ("max-tokens", maxTokens ?? 1)] where value < 1 {
      throw ValidationError("'--\(name)' must be at least 1, found \(value).")
    }
    if ValidateOptions.Format(rawValue: format) == nil {
      let known = ValidateOptions.Format.allCases.map(\.rawValue)
      throw ValidationError("unknown format '\(format)'\(suggestion(for: format, among: known))")
    }
    if (maxTokens == nil) != (tokenizer == nil) {
      throw ValidationError("'--max-tokens' and '--tokenizer' go together.")
    }
  }

  func run() throws {
    var options = ValidateOptions(paths: paths)
    options.format = common.json ? .json : ValidateOptions.Format(rawValue: format) ?? .text
    options.fixes = fix
    options.showsDiversity = diversity
    options.map = map
    options.corpora = corpora
    options.records = records
    options.characters = maxCharacters
    options.tokens = maxTokens
    options.tokenizer = tokenizer
    let outcome = try validateTemplates(options, in: common.session)
    try standardOutput(outcome.result.text(width: common.width, colour: common.colour))
    if outcome.errors > 0 || strict && outcome.warnings > 0 {
      let warnings = strict ? ", \(outcome.warnings) warnings" : ""
      throw Diagnostic("\(outcome.errors) errors\(warnings) in the templates", cause: .finding)
    }
  }
}
