#if canImport(Glibc)
  import Glibc
#endif

/// How well a model's confidence in its choices agrees with its accuracy.
public struct CalibrationError: Sendable {
  private var weights: [Double]
  private var confidences: [Double]
  private var right: [Double]

  /// - Parameter bins: parts of equal width that 0 to 1 is divided into; at least one.
  public init(bins: Int = 10) {
    weights = Array(repeating: 0, count: max(1, bins))
    confidences = weights
    right = weights
  }

  /// - Parameter confidence: the probability of the choice that was taken, from 0 to 1. A bin holds its upper
  ///   end.
  public mutating func add(confidence: Double, isRight: Bool, weight: Double = 1) {
    guard confidence.isFinite else { return }
    let place = Int((max(0, min(1, confidence)) * Double(weights.count)).rounded(.up)) - 1
    let bin = max(0, min(weights.count - 1, place))
    weights[bin] += weight
    confidences[bin] += weight * confidence
    right[bin] += isRight ? weight : 0
  }

  /// The expected calibration error (Naeini et al. 2015): the mean over answers of the difference between
  /// their bin's accuracy and mean confidence. nil without answers.
  public var value: Double? {
    let total = weights.reduce(0, +)
    guard total > 0 else { return nil }
    return zip(confidences, right).reduce(0) { $0 + abs($1.0 - $1.1) } / total
  }

  /// The probability of the highest of some choices, from their log-likelihoods; nil where none is finite.
  public static func confidence(_ logLikelihoods: [Double]) -> Double? {
    guard let highest = logLikelihoods.max(), highest.isFinite else { return nil }
    return 1 / logLikelihoods.reduce(0) { $0 + exp($1 - highest) }
  }
}
