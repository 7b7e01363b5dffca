internal import Bytes
internal import JSON
internal import Records

/// A mixture's `manifest.json` as the report shows it (DESIGN section 7).
public struct MixtureManifest: Sendable, Hashable {
  public struct Template: Sendable, Hashable {
    public var id: String
    public var name: String
  }

  public struct Task: Sendable, Hashable {
    public var name: String
    public var cluster: String
    /// Training records after deduplication and splitting: `e_m`.
    public var trainingRecords: Int
    public var quarantined: Int
    /// The share wanted: `r_m`.
    public var rate: Double
    /// The examples in the mixture: `n_m`.
    public var count: Int
    public var epochs: Double
    public var seen: [Template]
    public var unseen: [Template]
  }

  public struct File: Sendable, Hashable {
    public var path: String
    public var sha256: String
    /// Only for shards.
    public var examples: Int?
    public var bytes: Int?
  }

  /// The mixture's name; nil where the manifest does not say.
  public var name: String?
  public var version: String
  public var seed: UInt64
  /// nil: no cap.
  public var cap: Double?
  public var temperature: Double
  /// `proportional`, `equal` or `weights`.
  public var rates: String
  /// Examples in the mixture: N.
  public var total: Int
  public var tasks: [Task]
  public var inputs: [File]
  public var shards: [File]
  public var evaluation: [File]
  /// SHA-256 of the manifest's own bytes.
  public var sha256: String

  init(folder: String) throws {
    let path = folder + "/manifest.json"
    guard fileExists(path) else {
      throw Diagnostic("no mixture in '\(folder)': manifest.json is missing; run `phrasebook build` first")
    }
    let manifest = try JSONNode.read(path, advice: "build the mixture again")
    let format = try manifest.required("format_version")
    guard try format.integer() == 1 else { throw format.mismatch("format version 1") }
    name = try manifest.optional("name")?.text()
    version = try manifest.required("phrasebook_version").text()
    seed = try manifest.required("seed").unsigned()
    cap = try manifest.optional("cap")?.number()
    temperature = try manifest.optional("temperature")?.number() ?? 1
    rates = try manifest.optional("rates")?.text() ?? "proportional"
    total = try manifest.required("total").integer()
    tasks = try manifest.required("tasks").items().map(Self.task)
    inputs = try manifest.required("inputs").items().map(File.init)
    shards = try manifest.required("shards").items().map(File.init)
    evaluation = try manifest.optional("evaluation")?.items().map(File.init) ?? []
    sha256 = try hashOfFile(at: path)
  }

  private static func task(_ node: JSONNode) throws(Diagnostic) -> Task {
    let records = try node.required("records")
    let templates = try node.required("templates")
    return Task(
      name: try node.required("name").text(), cluster: try node.optional("cluster")?.text() ?? "",
      trainingRecords: try records.required("train").integer(),
      quarantined: try records.optional("quarantined")?.integer() ?? 0,
      rate: try node.required("rate").number(), count: try node.required("count").integer(),
      epochs: try node.optional("epochs")?.number() ?? 0,
      seen: try Self.templates(templates.required("seen")),
      unseen: try Self.templates(templates.required("unseen")))
  }

  private static func templates(_ node: JSONNode) throws(Diagnostic) -> [Template] {
    var all: [Template] = []
    for item in try node.items() {
      all.append(
        Template(id: try item.required("id").text(), name: try item.required("name").text()))
    }
    return all
  }
}

extension MixtureManifest.File {
  init(_ node: JSONNode) throws {
    self.init(
      path: try node.required("path").text(), sha256: try node.required("sha256").text(),
      examples: try node.optional("examples")?.integer(), bytes: try node.optional("bytes")?.integer())
  }
}
