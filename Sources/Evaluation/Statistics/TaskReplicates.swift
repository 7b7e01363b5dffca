internal import Bytes

/// A figure of seen templates, of unseen templates, or their difference.
enum GapSide: Sendable, CaseIterable {
  case seen
  case unseen
  case gap
}

/// How a task's templates are made one figure.
enum TemplateAverage: Sendable, CaseIterable {
  case median
  case mean

  func figure(_ values: [Double]) -> Double {
    switch self {
    case .median: quantile(0.5, ofSorted: values.sorted())
    case .mean: Evaluation.mean(values)
    }
  }
}

/// One task's figures, resampled.
///
/// A replicate draws as many records as there are with replacement (the same in both cells, because the gap
/// is measured on the same records) and as many seen and unseen templates as there are.
struct TaskReplicates {
  fileprivate let grid: PairedGrid
  private var drawn: [TemplateAverage: [(seen: Double, unseen: Double)]] = [:]
  fileprivate var templateVariances: [TemplateAverage: (seen: Double, unseen: Double)] = [:]
  fileprivate let common: CommonVariance
  private let figures: [Double]

  /// - Parameter key: decides the draws.
  init(_ grid: PairedGrid, key: SeedKey, resamples: Int) {
    self.grid = grid
    let whole = grid.figures
    figures = whole
    var common = CommonVariance.Sums(columns: grid.columns)
    var onlyTemplates: [TemplateAverage: (seen: [Double], unseen: [Double])] = [:]
    for average in TemplateAverage.allCases {
      drawn[average] = []
      onlyTemplates[average] = ([], [])
    }
    var weights = [Double](repeating: 0, count: grid.records)
    for replicate in 0..<resamples {
      var random = SeededGenerator(key.part(UInt64(replicate)))
      for place in weights.indices { weights[place] = 0 }
      for _ in 0..<grid.records { weights[random.index(below: grid.records)] += 1 }
      // A template without any drawn record keeps its figure over all records.
      let values = zip(grid.figures(weights), whole).map { $0 ?? $1 }
      common.add(zip(values, whole).map { $0 - $1 }, seen: grid.seen)
      let seen = (0..<grid.seen).map { _ in random.index(below: grid.seen) }
      let unseen = (0..<grid.unseen).map { _ in grid.seen + random.index(below: grid.unseen) }
      for average in TemplateAverage.allCases {
        drawn[average]?.append(
          (average.figure(seen.map { values[$0] }), average.figure(unseen.map { values[$0] })))
        guard average == .median else { continue }
        onlyTemplates[average]?.seen.append(average.figure(seen.map { whole[$0] }))
        onlyTemplates[average]?.unseen.append(average.figure(unseen.map { whole[$0] }))
      }
    }
    self.common = CommonVariance(common, records: grid.records, seen: grid.seen)
    let medians = onlyTemplates[.median] ?? ([], [])
    templateVariances[.median] = (
      MedianVariance.factor(grid.seen) * variance(medians.seen),
      MedianVariance.factor(grid.unseen) * variance(medians.unseen)
    )
    templateVariances[.mean] = (
      Self.varianceOfMean(Array(whole.prefix(grid.seen))),
      Self.varianceOfMean(Array(whole.suffix(grid.unseen)))
    )
  }

  /// Unbiased; 0 for one value, which tells nothing.
  private static func varianceOfMean(_ values: [Double]) -> Double {
    values.count < 2 ? 0 : variance(values) / Double(values.count - 1)
  }

  func point(_ average: TemplateAverage, _ side: GapSide) -> Double {
    side.value(
      average.figure(Array(figures.prefix(grid.seen))),
      grid.unseen == 0 ? 0 : average.figure(Array(figures.suffix(grid.unseen))))
  }

  func replicates(_ average: TemplateAverage, _ side: GapSide) -> [Double] {
    (drawn[average] ?? []).map { side.value($0.seen, grid.unseen == 0 ? 0 : $0.unseen) }
  }

  func spread(_ average: TemplateAverage, _ side: GapSide) -> VarianceParts {
    let templates = templateVariances[average] ?? (0, 0)
    func degrees(_ count: Int) -> Double {
      average == .median ? MedianVariance.degrees(count) : Double(max(1, count - 1))
    }
    var parts = VarianceParts()
    if side != .unseen { parts.add(templates: templates.seen, degrees: degrees(grid.seen)) }
    if side != .seen, grid.unseen > 0 {
      parts.add(templates: templates.unseen, degrees: degrees(grid.unseen))
    }
    parts.add(records: common.value(side), degrees: Double(max(1, grid.records - 1)))
    return parts
  }
}

/// What the variance of a task's gap is made of, for one template, one answer and one record.
struct GapComponents: Sendable {
  var templates: (seen: Double, unseen: Double)
  var answers: (seen: Double, unseen: Double)
  var records: Double
  var counts: (seen: Int, unseen: Int, records: Int)

  /// The variance of the mean gap with so many templates on each side and so many records.
  ///
  /// - Parameter factor: how much more the median over templates varies than the mean.
  func variance(templates count: (seen: Double, unseen: Double), records: Double, factor: Double) -> Double {
    let seen = (templates.seen + answers.seen / records) / count.seen
    let unseen = (templates.unseen + answers.unseen / records) / count.unseen
    return factor * (seen + unseen) + max(0, self.records) / records
  }
}

extension TaskReplicates {
  var components: GapComponents {
    let spread = templateVariances[.mean] ?? (0, 0)
    let count = (seen: Double(grid.seen), unseen: Double(grid.unseen), records: Double(grid.records))
    return GapComponents(
      templates: (
        max(0, spread.seen * count.seen - common.seenNoise),
        max(0, spread.unseen * count.unseen - common.unseenNoise)
      ), answers: (common.seenNoise * count.records, common.unseenNoise * count.records),
      records: common.value(.gap) * count.records, counts: (grid.seen, grid.unseen, grid.records))
  }

  /// The variances of the median and of the mean over templates, both sides together.
  var medianFactor: (median: Double, mean: Double) {
    let (median, mean) = (templateVariances[.median] ?? (0, 0), templateVariances[.mean] ?? (0, 0))
    return (median.seen + median.unseen, mean.seen + mean.unseen)
  }
}

extension GapSide {
  fileprivate func value(_ seen: Double, _ unseen: Double) -> Double {
    switch self {
    case .seen: seen
    case .unseen: unseen
    case .gap: seen - unseen
    }
  }
}

/// The mean squared difference from the mean.
func variance(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return 0 }
  let centre = mean(values)
  return values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(values.count)
}
