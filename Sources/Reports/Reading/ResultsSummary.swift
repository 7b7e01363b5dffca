internal import Bytes
internal import JSON

/// `evaluation/results.json` as tables and pages show it (DESIGN section 7). Accuracies are from 0 to 1;
/// keys beyond the contract are optional.
public struct ResultsSummary: Sendable, Hashable {
  public struct Interval: Sendable, Hashable {
    public var low: Double
    public var high: Double
  }

  public struct Gap: Sendable, Hashable {
    public var mean: Double
    public var interval: Interval
    /// The interval's level, 0.95 as a rule.
    public var level: Double
    /// Bootstrap replicates.
    public var resamples: Int
  }

  public struct Template: Sendable, Hashable {
    public var id: String
    public var name: String
    /// Records.
    public var n: Int
    public var value: Double
    /// The share of right answers; nil in results that do not tell it apart.
    public var accuracy: Double?
    /// With log-likelihoods divided by characters; nil for free answers.
    public var byCharacters: Double?
  }

  public struct Cell: Sendable, Hashable {
    public var median: Double
    public var mean: Double
    public var q1: Double
    public var q3: Double
    public var worst: Double
    public var best: Double
    public var templates: [Template]
  }

  public struct Task: Sendable, Hashable {
    public var name: String
    public var cluster: String?
    public var metric: String
    /// Distinct records evaluated.
    public var n: Int?
    public var chance: Double
    public var majority: Double
    public var gap: Double?
    public var gapInterval: Interval?
    public var seen: Cell?
    public var unseen: Cell?
    /// What calibration makes of it; nil where nobody calibrated.
    public var calibration: CalibratedTask?
    /// Questions without an answer, which count as wrong.
    public var failures = 0
  }

  public var model: String
  /// Paths and SHA-256 of the files that decide the model's answers.
  public var modelFiles: [MixtureManifest.File]
  public var manifestSHA256: String?
  public var predictionsSHA256: String?
  public var shots: Int
  public var seed: UInt64
  /// nil where no task has seen and unseen templates.
  public var gap: Gap?
  public var gapOfMeans: Gap?
  public var seen: Double?
  public var unseen: Double?
  public var seenInterval: Interval?
  public var unseenInterval: Interval?
  public var chance: Double?
  public var majority: Double?
  public var tasks: [Task]
  public var unseenTasks: [Task]
  public var notes: [String]

  /// Tasks with both seen and unseen templates: those that the totals are means over.
  public var pairedTasks: Int { tasks.count { $0.seen != nil && $0.unseen != nil } }

  /// - Throws: a `Diagnostic` that says what is damaged where.
  public init(path: String) throws {
    let results = try JSONNode.read(path, advice: "run `phrasebook evaluate` again")
    let format = try results.required("format_version")
    guard try format.integer() == 1 else { throw format.mismatch("format version 1") }
    model = try results.required("model").text()
    modelFiles = try results.optional("model_files")?.items().map(MixtureManifest.File.init) ?? []
    manifestSHA256 = try results.optional("manifest_sha256")?.text()
    predictionsSHA256 = try results.optional("predictions")?.optional("sha256")?.text()
    shots = try results.required("shots").integer()
    seed = try results.required("seed").unsigned()
    gap = try results.optional("gap").map(Gap.init)
    gapOfMeans = try results.optional("gap_of_means").map(Gap.init)
    seen = try results.optional("seen")?.number()
    unseen = try results.optional("unseen")?.number()
    seenInterval = try results.optional("seen_interval").map(Interval.init)
    unseenInterval = try results.optional("unseen_interval").map(Interval.init)
    chance = try results.optional("chance")?.number()
    majority = try results.optional("majority")?.number()
    tasks = try results.required("tasks").items().map(Task.init)
    unseenTasks = try results.optional("unseen_tasks")?.items().map(Task.init) ?? []
    notes = try results.optional("notes")?.items().map { try $0.text() } ?? []
  }
}

extension ResultsSummary.Interval {
  /// From a list of two numbers.
  fileprivate init(_ node: JSONNode) throws {
    let ends = try node.items()
    guard ends.count == 2 else { throw node.mismatch("a list of a low and a high number") }
    self.init(low: try ends[0].number(), high: try ends[1].number())
  }
}

extension ResultsSummary.Gap {
  fileprivate init(_ node: JSONNode) throws {
    self.init(
      mean: try node.required("mean").number(),
      interval: ResultsSummary.Interval(
        low: try node.required("low").number(), high: try node.required("high").number()),
      level: try node.required("level").number(), resamples: try node.required("resamples").integer())
  }
}

extension ResultsSummary.Task {
  fileprivate init(_ node: JSONNode) throws {
    self.init(
      name: try node.required("name").text(), cluster: try node.optional("cluster")?.text(),
      metric: try node.required("metric").text(), n: try node.optional("n")?.integer(),
      chance: try node.required("chance").number(), majority: try node.required("majority").number(),
      gap: try node.optional("gap")?.number(),
      gapInterval: try node.optional("gap_interval").map(ResultsSummary.Interval.init),
      seen: try node.optional("seen").map(ResultsSummary.Cell.init),
      unseen: try node.optional("unseen").map(ResultsSummary.Cell.init),
      calibration: try CalibratedTask(node),
      failures: try node.optional("failures")?.optional("n")?.integer() ?? 0)
  }
}

extension ResultsSummary.Cell {
  init(_ node: JSONNode) throws {
    self.init(
      median: try node.required("median").number(), mean: try node.required("mean").number(),
      q1: try node.required("q1").number(), q3: try node.required("q3").number(),
      worst: try node.required("worst").number(), best: try node.required("best").number(),
      templates: try node.required("templates").items().map {
        ResultsSummary.Template(
          id: try $0.required("id").text(), name: try $0.required("name").text(),
          n: try $0.required("n").integer(), value: try $0.required("value").number(),
          accuracy: try $0.optional("accuracy")?.number(),
          byCharacters: try $0.optional("acc_norm")?.number())
      })
  }
}
