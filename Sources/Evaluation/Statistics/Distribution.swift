/// How a figure spreads over a task's templates.
public struct Distribution: Sendable, Hashable {
  /// The task's figure (DESIGN section 9).
  public var median: Double
  public var mean: Double
  /// First and third quartile, by linear interpolation.
  public var q1: Double
  public var q3: Double
  public var worst: Double
  public var best: Double

  /// - Parameter values: one a template, in any order; nil results from none.
  public init?(_ values: [Double]) {
    let sorted = values.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    median = quantile(0.5, ofSorted: sorted)
    mean = Evaluation.mean(values)
    q1 = quantile(0.25, ofSorted: sorted)
    q3 = quantile(0.75, ofSorted: sorted)
    worst = first
    best = last
  }
}

/// The quantile of ascending values by linear interpolation between neighbours: type 7 of Hyndman and Fan
/// 1996, numpy's default, in numpy's order of operations so that the last digit agrees.
///
/// - Parameter level: from 0 to 1.
/// - Returns: NaN for no values.
package func quantile(_ level: Double, ofSorted values: [Double]) -> Double {
  guard let last = values.indices.last else { return .nan }
  let position = max(0, min(1, level)) * Double(last)
  let lower = min(Int(position), last)
  let upper = min(lower + 1, last)
  let share = position - Double(lower)
  let step = values[upper] - values[lower]
  return share < 0.5 ? values[lower] + step * share : values[upper] - step * (1 - share)
}

/// The mean, summed in order; NaN for no values.
func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
