public import Bytes
internal import Transformer

/// The figures of one evaluation; `results.json` as values (DESIGN section 7).
public struct EvaluationResults: Sendable {
  public var model: ModelIdentity
  /// SHA-256 of the manifest of the mixture evaluated on.
  public var manifestSHA256: String
  /// The predictions file that the figures were made from.
  public var predictions: AtomicFile.Summary
  /// Examples evaluated in each cell, in the order of `EvaluationCell.allCases`.
  public var examples: [EvaluationCell: Int]
  /// How the model was asked.
  public var prompting: PromptingSettings
  /// What stood in the record's place in content-free prompts.
  var contents: [String]
  /// Questions without an answer, which count as wrong.
  public var failures: Int
  public var bootstrap: BootstrapSettings
  /// In the manifest's order.
  public var tasks: [TaskResult]
  /// Tasks that training never met: their figures stand under `unseen`.
  public var unseenTasks: [TaskResult]
  /// The mean over the tasks that have both seen and unseen templates of the median over seen templates;
  /// where no task has both, over all tasks that have seen ones. nil where there are none.
  public var seen: Double?
  /// The same of unseen templates.
  public var unseen: Double?
  /// nil where no task has seen and unseen templates.
  public var gap: GapBootstrap?
  /// Names of the manifest's tasks that have no evaluation example.
  public var notEvaluated: [String]
  /// What a reader of the figures must know, a sentence each.
  public var notes: [String]
  /// What is told of a server that answered.
  public private(set) var account: ScorerAccount?

  mutating func add(_ account: ScorerAccount?) {
    self.account = account
    notes += account?.notes ?? []
  }

  init(
    _ prompted: [(task: MixtureSummary.Task, tally: PromptedTask)], mixture: MixtureSummary,
    model: ModelIdentity, predictions: AtomicFile.Summary, examples: [EvaluationCell: Int],
    prompting: PromptingSettings, contents: [String], notes: [String], bootstrap: BootstrapSettings
  ) throws {
    let tallies = prompted.map { (task: $0.task, tally: $0.tally.main) }
    self.model = model
    manifestSHA256 = mixture.sha256
    self.predictions = predictions
    self.examples = examples
    self.prompting = prompting
    self.contents = contents
    failures = prompted.reduce(0) { $0 + $1.tally.failures.total }
    self.bootstrap = bootstrap
    tasks = []
    unseenTasks = []
    self.notes = notes
    for (task, tally) in prompted where tally.failures.total > 0 {
      self.notes.append(
        "\(task.name): \(tally.failures.total) questions have no answer and count as wrong; the first: "
          + tally.failures.firstMessage)
    }
    var grids: [(task: String, grid: PairedGrid)] = []
    var paired: [Int] = []
    for (place, (task, tally)) in tallies.enumerated() {
      if tally.outcomes[.seenTemplates] != nil || tally.outcomes[.unseenTemplates] != nil {
        let figures = try TaskFigures(tally, task: task, unseenTask: false)
        if let grid = figures.grid {
          grids.append((task.name, grid))
          paired.append(tasks.count)
        }
        tasks.append(figures.result)
        let more = PromptingFigures(prompted[place].tally, task, unseenTask: false, prompting)
        tasks[tasks.count - 1].prompting = try more.pairs()
        self.notes += figures.notes
      }
      if tally.outcomes[.unseenTasks] != nil {
        let figures = try TaskFigures(tally, task: task, unseenTask: true)
        unseenTasks.append(figures.result)
        let more = PromptingFigures(prompted[place].tally, task, unseenTask: true, prompting)
        unseenTasks[unseenTasks.count - 1].prompting = try more.pairs()
        self.notes += figures.notes
      }
    }
    notEvaluated = tallies.filter { $0.tally.outcomes.isEmpty }.map(\.task.name)
    gap = GapBootstrap(grids, settings: bootstrap)
    if let gap {
      for (place, estimate) in zip(paired, gap.tasks) { tasks[place].gap = estimate }
      (seen, unseen) = (gap.seen.mean, gap.unseen.mean)
    } else {
      seen = Self.meanOrNil(tasks.compactMap(\.seen?.distribution.median))
      unseen = Self.meanOrNil(tasks.compactMap(\.unseen?.distribution.median))
    }
  }

  private static func meanOrNil(_ values: [Double]) -> Double? { values.isEmpty ? nil : mean(values) }
}
