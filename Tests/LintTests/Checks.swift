import Bytes
import Diversity
import Lint
import Templates
import YAML

/// A file of templates made of one or several, and what the rules find in it.
enum Checks {
  /// A template in the file's format.
  static func template(
    _ name: String, _ jinja: String, choices: String? = nil, metadata: String = "", target: String? = nil
  ) -> String {
    var text = "  \(name): !Template\n    name: \(name)\n"
    if let choices { text += "    answer_choices: \(quoted(choices))\n" }
    text += "    jinja: \(quoted(jinja))\n"
    if let target { text += "    target: \(quoted(target))\n" }
    if !metadata.isEmpty { text += "    metadata: !TemplateMetadata\n      \(metadata)\n" }
    return text
  }

  static func file(_ templates: [String], environment: String? = nil) -> String {
    (environment.map { "environment: \($0)\n" } ?? "") + "templates:\n" + templates.joined()
  }

  static func findings(
    _ text: String, corpus: CorpusFacts? = nil, sample: TaskSample? = nil, limits: LengthLimits? = nil
  ) throws -> [Finding] {
    let task = try LintedTask(text: text, name: "task", corpus: corpus)
    var linter = Linter()
    if let limits { linter.limits = limits }
    return linter.findings(in: task, sample: sample)
  }

  static func codes(_ text: String, corpus: CorpusFacts? = nil) throws -> [String] {
    try findings(text, corpus: corpus).map(\.rule.code)
  }

  static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
      + "\""
  }
}
