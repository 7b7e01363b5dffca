import ArgumentParser
import Bytes
import Glibc
import Phrasebook

struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Render records through templates, as JSON lines.",
    discussion: """
      Each line is {"record", "template", "input", "targets", "choices"}, or those of them that '--keys' names,
      or {…, "error"} where a template cannot render a record.

      Example:
        phrasebook render --templates templates/spelling/templates.yaml --task spelling --limit 2
      """)

  @Option(help: ArgumentHelp("The templates.yaml file.", valueName: "file"))
  var templates: String

  @Option(
    name: .customLong("template"),
    help: ArgumentHelp("Only the template of this name or id; repeatable.", valueName: "name"))
  var names: [String] = []

  @Option(help: ArgumentHelp("Records as JSON lines, one object each.", valueName: "file"))
  var records: String?

  @Option(help: ArgumentHelp("Records of this task's corpus.", valueName: "name"))
  var task: String?

  @Option(help: ArgumentHelp("Folder of the tasks' corpora.", valueName: "dir"))
  var corpora = "corpora"

  @Option(
    help: ArgumentHelp(
      "promptsource, lm-eval or chat (default: what the file says, else promptsource).",
      valueName: "environment"))
  var environment: String?

  @Option(help: ArgumentHelp("Records to render (default: all).", valueName: "n"))
  var limit: Int?

  @Option(help: ArgumentHelp("Seed of the random filters.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Keys of the lines, with commas between: input, target or targets, record, template, choices.",
      valueName: "names"))
  var keys: String?

  @Flag(help: "Print the compiled programs instead, one instruction a line.")
  var explain = false

  @OptionGroup var limits: LimitOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if !explain, (records == nil) == (task == nil) {
      throw ValidationError("Give either '--records FILE' or '--task NAME'.")
    }
    if let limit, limit < 0 { throw ValidationError("'--limit' must be at least 0, found \(limit).") }
  }

  func run() throws {
    var options = RenderOptions(
      templates: templates, names: names, records: records, task: task, corpora: corpora,
      environment: environment, limit: limit, seed: seed)
    options.keys = keys
    limits.set(in: &options)
    if explain {
      try standardOutput(explainTemplates(options))
    } else {
      var space = SpaceAhead(STDOUT_FILENO)
      try renderExamples(options, in: common.session) { lines in
        space.prepare(lines.count)
        try standardOutput(lines)
      }
    }
  }
}
