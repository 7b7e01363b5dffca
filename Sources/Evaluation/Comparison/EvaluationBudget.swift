internal import Bytes
internal import Metrics

#if canImport(Glibc)
  import Glibc
#endif

/// How many templates and records the gap's interval takes to be as narrow as wanted, from an evaluation's own
/// variances.
package struct EvaluationBudget: Sendable {
  /// One way to reach the width.
  package struct Row: Sendable {
    /// Of each task.
    package var records: Int
    /// Of each task on each side; nil where no number suffices.
    package var templates: Int?
    /// Answers in all; nil without templates.
    package var answers: Int?
  }

  /// The width of the gap's interval as it is, and the one that was asked for.
  package let present: Double
  package let width: Double
  /// On the mean over tasks: variance between templates, within answers, between records; of the gap.
  package let components: (templates: Double, answers: Double, records: Double)
  package let tasks: Int
  package private(set) var rows: [Row] = []
  /// Estimates of the distribution over templates from a part of the answers; empty where no metric allows.
  package private(set) var samples: [SampledDistribution] = []

  /// - Parameter width: of the interval, from end to end; nil: half the present one.
  /// - Throws: a `Diagnostic` where no task has seen and unseen templates.
  package init(_ folder: EvaluatedFolder, width: Double?) throws {
    let paired = folder.tasks.compactMap { task in task.gapGrid.map { (task: task.name, grid: $0) } }
    let settings = BootstrapSettings(resamples: folder.resamples, level: folder.level, seed: folder.seed)
    guard let bootstrap = GapBootstrap(paired, settings: settings) else {
      throw Diagnostic(
        "no task has both seen and unseen templates, so there is no gap; hold templates out in the recipe")
    }
    let key = SeedKey(seed: settings.seed).part("bootstrap")
    let drawn = paired.map { task, grid in
      TaskReplicates(grid, key: key.part(task), resamples: settings.resamples)
    }
    let parts = drawn.map(\.components)
    let (median, mean) = drawn.map(\.medianFactor).reduce((0, 0)) { ($0.0 + $1.median, $0.1 + $1.mean) }
    let factor = mean > 0 ? median / mean : 1
    tasks = drawn.count
    present = bootstrap.gap.high - bootstrap.gap.low
    self.width = width ?? present / 2
    components = (
      Evaluation.mean(parts.map { ($0.templates.seen + $0.templates.unseen) / 2 }),
      Evaluation.mean(parts.map { ($0.answers.seen + $0.answers.unseen) / 2 }),
      Evaluation.mean(parts.map { max(0, $0.records) })
    )
    let z = studentQuantile((1 + folder.level) / 2, degrees: .infinity)
    let wanted = (self.width / (2 * z)) * (self.width / (2 * z))
    for records in [10, 20, 50, 100, 200, 500, 1_000, 2_000] {
      func variance(_ templates: Double) -> Double {
        let count = Double(parts.count * parts.count)
        return parts.reduce(0) {
          $0 + $1.variance(templates: (templates, templates), records: Double(records), factor: factor)
        } / count
      }
      // All but the records' part falls with the number of templates.
      let fixed = variance(.infinity)
      let needed = wanted > fixed ? ((variance(1) - fixed) / (wanted - fixed)).rounded(.up) : .infinity
      let templates = needed < 1e6 ? max(2, Int(needed)) : nil
      rows.append(
        Row(records: records, templates: templates, answers: templates.map { 2 * $0 * records * tasks }))
    }
    samples = SampledDistribution.all(folder, seed: settings.seed)
  }
}

/// The variances of one task's gap: between templates and within answers (the mean of both sides), and between
/// records.
package func gapComponents(
  _ grid: PairedGrid, settings: BootstrapSettings
) -> (templates: Double, answers: Double, records: Double) {
  let key = SeedKey(seed: settings.seed).part("bootstrap")
  let parts = TaskReplicates(grid, key: key, resamples: settings.resamples).components
  return (
    (parts.templates.seen + parts.templates.unseen) / 2, (parts.answers.seen + parts.answers.unseen) / 2,
    parts.records
  )
}

extension EvaluatedFolder.Task {
  /// Seen and unseen templates over the records that both have; nil where one side is missing.
  package var gapGrid: PairedGrid? {
    guard let seen = answers[.seenTemplates], let unseen = answers[.unseenTemplates] else { return nil }
    func records(_ templates: [EvaluatedFolder.TemplateAnswers]) -> Set<String> {
      Set(templates.flatMap(\.contributions.keys))
    }
    let both = records(seen).intersection(records(unseen))
    guard !both.isEmpty else { return nil }
    var joined = self
    joined.answers[.seenTemplates] = seen + unseen
    var pairs: [String: Set<String>] = [:]
    for template in seen + unseen { pairs[template.template] = both }
    guard let grid = joined.grid(.seenTemplates, only: pairs) else { return nil }
    let left = seen.count { !both.isDisjoint(with: $0.contributions.keys) }
    return grid.columns > left ? PairedGrid(grid, seen: left) : nil
  }
}
