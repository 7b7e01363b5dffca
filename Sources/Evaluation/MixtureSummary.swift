internal import Bytes
internal import JSON
internal import Metrics
internal import Patterns
internal import Records

/// What evaluation needs to know of a mixture's manifest (DESIGN section 7).
struct MixtureSummary: Sendable {
  struct Template: Sendable {
    var id: String
    var name: String
    var family: String?
    var seen: Bool
    /// How it puts the task; nil: as an instruction like any other.
    var style: String?
    /// What reads answers out of replies, in the order in which it is tried.
    var extract: [Pattern] = []
    /// What the task is divided into.
    var steps: [Step] = []

    struct Step: Sendable {
      var name: String
      /// What it runs over.
      var loop: String?
    }
  }

  struct Task: Sendable {
    var name: String
    var cluster: String?
    var metric: Metric
    var templates: [Template]
    /// Examples in the training mixture; nil where the manifest does not say.
    var count: Int?
  }

  /// A file of evaluation examples.
  struct File: Sendable {
    /// Relative to the mixture's folder.
    var path: String
    var sha256: String
  }

  var seed: UInt64
  /// SHA-256 of the manifest's bytes.
  var sha256: String
  var tasks: [Task]
  /// Empty where the manifest does not name them.
  var evaluation: [File]

  static let formatVersion = 1

  init(folder: String) throws {
    let path = folder + "/manifest.json"
    guard fileExists(path) else {
      throw Diagnostic("no mixture in '\(folder)': manifest.json is missing; run `phrasebook build` first")
    }
    let manifest = try JSONNode.read(path, advice: "build the mixture again")
    let version = try manifest.required("format_version")
    guard try version.integer() == Self.formatVersion else {
      throw version.mismatch("format version \(Self.formatVersion)")
    }
    seed = try manifest.required("seed").unsigned()
    sha256 = try hashOfFile(at: path)
    evaluation = []
    for node in try manifest.optional("evaluation")?.items() ?? [] {
      evaluation.append(
        File(path: try node.required("path").text(), sha256: try node.required("sha256").text()))
    }
    tasks = []
    for node in try manifest.required("tasks").items() { tasks.append(try Self.task(node)) }
  }

  private static func task(_ node: JSONNode) throws(Diagnostic) -> Task {
    let metric = try node.required("metric")
    guard let known = Metric(rawValue: try metric.text()) else {
      let word = try metric.text()
      let near = suggestion(for: word, among: Metric.allCases.map(\.rawValue))
      throw Diagnostic(
        "unknown metric '\(word)' of the task '\(try node.required("name").text())'\(near)",
        at: SourceLocation(path: node.file))
    }
    let templates = try node.required("templates")
    return Task(
      name: try node.required("name").text(), cluster: try node.optional("cluster")?.text(), metric: known,
      templates: try Self.templates(try templates.required("seen"), seen: true)
        + Self.templates(try templates.required("unseen"), seen: false),
      count: try node.optional("count")?.integer())
  }

  private static func templates(_ node: JSONNode, seen: Bool) throws(Diagnostic) -> [Template] {
    var all: [Template] = []
    for item in try node.items() {
      all.append(
        Template(
          id: try item.required("id").text(), name: try item.required("name").text(),
          family: try familyName(item), seen: seen, style: try item.optional("style")?.text(),
          extract: try patterns(item), steps: try steps(item)))
    }
    return all
  }

  private static func patterns(_ template: JSONNode) throws(Diagnostic) -> [Pattern] {
    var all: [Pattern] = []
    for node in try template.optional("extract")?.items() ?? [] { all.append(try Pattern(try node.text())) }
    return all
  }

  private static func steps(_ template: JSONNode) throws(Diagnostic) -> [Template.Step] {
    var all: [Template.Step] = []
    for node in try template.optional("steps")?.items() ?? [] {
      all.append(
        Template.Step(name: try node.required("name").text(), loop: try node.optional("for")?.text()))
    }
    return all
  }

  /// Families are named by a text or a number.
  private static func familyName(_ template: JSONNode) throws(Diagnostic) -> String? {
    guard let node = try template.optional("family") else { return nil }
    switch node.value {
    case .integer(let number): return String(number)
    default: return try node.text()
    }
  }
}
