internal import Bytes

/// How intervals are made.
public struct BootstrapSettings: Sendable, Hashable {
  /// Replicates.
  public var resamples: Int
  /// How often the interval is to hold the truth, in (0, 1).
  public var level: Double
  public var seed: UInt64

  public init(resamples: Int = 2_000, level: Double = 0.95, seed: UInt64) {
    self.resamples = max(1, resamples)
    self.level = level
    self.seed = seed
  }
}

/// A figure with its interval.
public struct Estimate: Sendable, Hashable {
  /// The figure itself, not the replicates' mean.
  public var mean: Double
  public var low: Double
  public var high: Double
}

/// The generalization gap with the two-way bootstrap of DESIGN section 9.
///
/// Replicates draw records and templates, see `TaskReplicates`; gaps are averaged over tasks. Their plain
/// percentiles would be too wide, because the noise of single answers is counted three times (Owen 2007, "The
/// pigeonhole bootstrap") and because a median of few templates has few values to take. So the replicates'
/// deviations are scaled to the variance that the two kinds of sampling add up to, each part estimated by
/// itself (`VarianceParts`), and by Student's t for its degrees of freedom.
public struct GapBootstrap: Sendable {
  /// Of the medians: what `results.json` calls `gap`.
  public let gap: Estimate
  public let seen: Estimate
  public let unseen: Estimate
  /// The gap when a task's figure is the mean over templates instead; its interval is narrower.
  public let gapOfMeans: Estimate
  /// Each task's own gap of medians.
  public let tasks: [Estimate]

  /// - Parameter grids: one a task, with its name (which, with the seed, decides the draws).
  /// - Returns: nil for no tasks.
  package init?(_ grids: [(task: String, grid: PairedGrid)], settings: BootstrapSettings) {
    guard !grids.isEmpty else { return nil }
    let key = SeedKey(seed: settings.seed).part("bootstrap")
    let tasks = grids.map { task, grid in
      TaskReplicates(grid, key: key.part(task), resamples: settings.resamples)
    }
    let level = settings.level
    gap = Estimate(tasks, .median, .gap, level: level)
    seen = Estimate(tasks, .median, .seen, level: level)
    unseen = Estimate(tasks, .median, .unseen, level: level)
    gapOfMeans = Estimate(tasks, .mean, .gap, level: level)
    self.tasks = tasks.map { Estimate([$0], .median, .gap, level: level) }
  }
}

extension Estimate {
  /// Of the mean over tasks.
  init(_ tasks: [TaskReplicates], _ average: TemplateAverage, _ side: GapSide, level: Double) {
    let point = Evaluation.mean(tasks.map { $0.point(average, side) })
    var sums: [Double] = []
    for task in tasks {
      let replicates = task.replicates(average, side)
      sums = sums.isEmpty ? replicates : zip(sums, replicates).map(+)
    }
    let replicates = sums.map { $0 / Double(tasks.count) }
    let wanted = VarianceParts(meanOf: tasks.map { $0.spread(average, side) })
    self.init(point, replicates, wanted, level: level)
  }

  private init(_ point: Double, _ replicates: [Double], _ wanted: VarianceParts, level: Double) {
    let sorted = replicates.sorted()
    let centre = Evaluation.mean(sorted)
    let found = variance(sorted)
    let ends = (1 + level) / 2
    let scale =
      found > 0
      ? (wanted.total / found).squareRoot() * studentQuantile(ends, degrees: wanted.degrees)
        / studentQuantile(ends, degrees: .infinity) : 0
    // A skewed set of replicates may lie to one side of its mean; the figure itself is always inside.
    self.init(
      mean: point, low: min(point, point + scale * (quantile(1 - ends, ofSorted: sorted) - centre)),
      high: max(point, point + scale * (quantile(ends, ofSorted: sorted) - centre)))
  }
}

extension SeededGenerator {
  /// An index in 0..<bound; the bound is at least 1.
  mutating func index(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }
}
