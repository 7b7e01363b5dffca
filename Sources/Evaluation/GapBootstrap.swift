internal import Bytes

/// How intervals are made.
public struct BootstrapSettings: Sendable, Hashable {
  /// Replicates.
  public var resamples: Int
  /// The share of replicates inside the interval, in (0, 1).
  public var level: Double
  public var seed: UInt64

  public init(resamples: Int = 2_000, level: Double = 0.95, seed: UInt64) {
    self.resamples = max(1, resamples)
    self.level = level
    self.seed = seed
  }
}

/// A figure with its percentile interval.
public struct Estimate: Sendable, Hashable {
  /// The figure itself, not the replicates' mean.
  public var mean: Double
  public var low: Double
  public var high: Double
}

/// The generalization gap with the two-way bootstrap of DESIGN section 9.
///
/// A replicate draws, in each task, as many records as it has with replacement (the same in both cells,
/// because the gap is measured on the same records) and as many seen and unseen templates as it has, each
/// with replacement; a task's figure is the median over the drawn templates of the mean over the drawn
/// records; gaps are averaged over tasks. Resampling both sides of a crossed design never understates the
/// variance, but may overstate it (Owen 2007, "The pigeonhole bootstrap"): intervals err on the wide side.
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
    var replicates = Replicates(count: settings.resamples)
    var points: [TaskGap] = []
    var tasks: [Estimate] = []
    for (task, grid) in grids {
      let point = TaskGap(grid)
      points.append(point)
      let drawn = Self.draws(grid, key: SeedKey(seed: settings.seed).part("bootstrap").part(task), settings)
      replicates.add(drawn)
      tasks.append(Estimate(point.gap, of: drawn.map(\.gap), level: settings.level))
    }
    let total = TaskGap.mean(points)
    gap = Estimate(total.gap, of: replicates.mean(\.gap), level: settings.level)
    seen = Estimate(total.seen, of: replicates.mean(\.seen), level: settings.level)
    unseen = Estimate(total.unseen, of: replicates.mean(\.unseen), level: settings.level)
    gapOfMeans = Estimate(total.gapOfMeans, of: replicates.mean(\.gapOfMeans), level: settings.level)
    self.tasks = tasks
  }

  private static func draws(_ grid: PairedGrid, key: SeedKey, _ settings: BootstrapSettings) -> [TaskGap] {
    let whole = grid.columnMeans
    var sums = ColumnSums(columns: grid.columns)
    var values = whole
    return (0..<settings.resamples).map { replicate in
      var random = SeededGenerator(key.part(UInt64(replicate)))
      sums.reset()
      for _ in 0..<grid.records { sums.add(grid, record: random.index(below: grid.records)) }
      // A template without any drawn record keeps its figure over all records.
      for column in values.indices {
        let count = sums.counts[column]
        values[column] = count > 0 ? Double(sums.sums[column]) / Double(count) : whole[column]
      }
      let seen = (0..<grid.seen).map { _ in values[random.index(below: grid.seen)] }
      let unseen = (0..<grid.unseen).map { _ in values[grid.seen + random.index(below: grid.unseen)] }
      return TaskGap(seen: seen, unseen: unseen)
    }
  }
}

/// The figures of one task, or means of them over tasks, in one replicate.
struct TaskGap {
  var seen: Double
  var unseen: Double
  var gapOfMeans: Double
  var gap: Double { seen - unseen }

  init(_ grid: PairedGrid) {
    let means = grid.columnMeans
    self.init(seen: Array(means.prefix(grid.seen)), unseen: Array(means.suffix(grid.unseen)))
  }

  /// From figures of templates, none of the lists empty.
  init(seen: [Double], unseen: [Double]) {
    self.seen = quantile(0.5, ofSorted: seen.sorted())
    self.unseen = quantile(0.5, ofSorted: unseen.sorted())
    gapOfMeans = Evaluation.mean(seen) - Evaluation.mean(unseen)
  }

  private init(mean tasks: [TaskGap]) {
    seen = Evaluation.mean(tasks.map(\.seen))
    unseen = Evaluation.mean(tasks.map(\.unseen))
    gapOfMeans = Evaluation.mean(tasks.map(\.gapOfMeans))
  }

  static func mean(_ tasks: [TaskGap]) -> TaskGap { TaskGap(mean: tasks) }
}

/// Sums over tasks, one a replicate.
private struct Replicates {
  private var sums: [TaskGap?]
  private var tasks = 0.0

  init(count: Int) { sums = Array(repeating: nil, count: count) }

  mutating func add(_ drawn: [TaskGap]) {
    tasks += 1
    for (place, one) in drawn.enumerated() {
      guard var sum = sums[place] else {
        sums[place] = one
        continue
      }
      sum.seen += one.seen
      sum.unseen += one.unseen
      sum.gapOfMeans += one.gapOfMeans
      sums[place] = sum
    }
  }

  func mean(_ figure: (TaskGap) -> Double) -> [Double] {
    sums.compactMap { $0.map { figure($0) / tasks } }
  }
}

extension Estimate {
  init(_ point: Double, of replicates: [Double], level: Double) {
    let sorted = replicates.sorted()
    mean = point
    low = quantile((1 - level) / 2, ofSorted: sorted)
    high = quantile((1 + level) / 2, ofSorted: sorted)
  }
}

extension SeededGenerator {
  /// An index in 0..<bound; the bound is at least 1.
  mutating func index(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }
}
