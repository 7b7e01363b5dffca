/// What the bootstrap's variance of a median over few templates must be multiplied by, and how far it can
/// be trusted.
///
/// Medians of resamples are drawn from few values, so their variance is not the median's: of nine values it is
/// a quarter too large on the mean, of two half of what it should be. The factors are exact for normally
/// distributed values (200,000 samples of each size, the resamples' medians weighted by their frequencies),
/// as n / (n − 1) is for the mean of values of any distribution.
enum MedianVariance {
  /// The true variance over the mean of the bootstrap's, for samples of 2, 3, … values.
  private static let factors = [
    1.985, 0.834, 0.873, 0.742, 0.812, 0.762, 0.819, 0.779, 0.835, 0.787, 0.834, 0.807, 0.844, 0.814, 0.845,
    0.823, 0.857, 0.826, 0.86, 0.83, 0.859, 0.84, 0.867, 0.844, 0.871, 0.845, 0.87, 0.849, 0.874,
  ]
  /// Twice the squared mean of the bootstrap's variance over its variance: the degrees of freedom of the
  /// chi-squared distribution that varies as much.
  private static let degreesOfFreedom = [
    1.0, 1.99, 2.9, 3.29, 3.86, 3.74, 4.18, 4.06, 4.42, 4.36, 4.71, 4.61, 4.93, 4.81, 5.17, 5.06, 5.37, 5.27,
    5.58, 5.47, 5.74, 5.67, 5.89, 5.79, 6.02, 6.04, 6.24, 6.15, 6.35,
  ]

  static func factor(_ count: Int) -> Double {
    if count < 2 { return 1 }
    // Beyond the table both approach their limits with the square root of n.
    return count <= factors.count + 1 ? factors[count - 2] : 1 - 0.73 / Double(count).squareRoot()
  }

  static func degrees(_ count: Int) -> Double {
    if count < 2 { return .infinity }
    return count <= degreesOfFreedom.count + 1
      ? degreesOfFreedom[count - 2] : 1.15 * Double(count).squareRoot()
  }
}
