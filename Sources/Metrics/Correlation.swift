/// Correlations of weighted pairs.
///
/// A number that is NaN stands for an answer that could not be read. It takes the mean of the readable ones
/// of its side: it varies with nothing, so that unreadable answers lower the correlation in proportion to
/// their share instead of dropping out of it.
public enum Correlation {
  /// Pearson's; 0 where one side is constant.
  ///
  /// - Parameter weights: how often each pair counts; nil: once.
  public static func pearson(_ x: [Double], _ y: [Double], weights: [Double]? = nil) -> Double {
    let weights = weights ?? Array(repeating: 1, count: x.count)
    let (one, other) = (centred(x, weights), centred(y, weights))
    var (cross, first, second) = (0.0, 0.0, 0.0)
    for place in one.indices {
      cross += weights[place] * one[place] * other[place]
      first += weights[place] * one[place] * one[place]
      second += weights[place] * other[place] * other[place]
    }
    let product = first.squareRoot() * second.squareRoot()
    return product > 0 ? max(-1, min(1, cross / product)) : 0
  }

  /// Spearman's: Pearson's of the ranks, equal numbers sharing the mean of theirs.
  public static func spearman(_ x: [Double], _ y: [Double], weights: [Double]? = nil) -> Double {
    let weights = weights ?? Array(repeating: 1, count: x.count)
    return pearson(ranks(x, weights), ranks(y, weights), weights: weights)
  }

  /// Differences from the weighted mean; 0 for NaN.
  private static func centred(_ values: [Double], _ weights: [Double]) -> [Double] {
    var (sum, total) = (0.0, 0.0)
    for (value, weight) in zip(values, weights) where !value.isNaN {
      sum += weight * value
      total += weight
    }
    guard total > 0 else { return Array(repeating: 0, count: values.count) }
    let mean = sum / total
    return values.map { $0.isNaN ? 0 : $0 - mean }
  }

  /// The mean rank of each number's copies, as if it stood there as often as its weight says.
  private static func ranks(_ values: [Double], _ weights: [Double]) -> [Double] {
    let order = values.indices.filter { !values[$0].isNaN }.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: .nan, count: values.count)
    var before = 0.0
    var start = 0
    while start < order.count {
      var end = start
      var weight = 0.0
      while end < order.count, values[order[end]] == values[order[start]] {
        weight += weights[order[end]]
        end += 1
      }
      for place in order[start..<end] { ranks[place] = before + (weight + 1) / 2 }
      before += weight
      start = end
    }
    return ranks
  }
}
