internal import Glibc

/// Takes a model's leaning out of its probabilities (DESIGN: Zhao et al. 2021, "Calibrate Before Use").
package enum Calibration {
  /// Probabilities of the choices alone, which sum to 1: softmax of their log-likelihoods.
  package static func normalized(_ logLikelihoods: [Double]) -> [Double] {
    let logs = normalizedLogs(logLikelihoods)
    return logs.map(exp)
  }

  private static func normalizedLogs(_ values: [Double]) -> [Double] {
    let largest = values.max() ?? 0
    let sum = values.reduce(0) { $0 + exp($1 - largest) }
    return values.map { $0 - largest - log(sum) }
  }

  /// p_cf: the mean over content-free prompts of the choices' normalised probabilities; it sums to 1 again.
  ///
  /// - Parameter prompts: for each prompt the choices' log-likelihoods; nil results from none.
  package static func contentFree(_ prompts: [[Double]]) -> [Double]? {
    guard let first = prompts.first, prompts.allSatisfy({ $0.count == first.count }) else { return nil }
    var sums = [Double](repeating: 0, count: first.count)
    for prompt in prompts {
      for (place, probability) in normalized(prompt).enumerated() { sums[place] += probability }
    }
    let total = sums.reduce(0, +)
    return sums.map { $0 / total }
  }

  /// diag(p_cf)⁻¹ p, renormalised. Computed in logarithms, so that no probability is too small to divide by.
  package static func divided(_ logLikelihoods: [Double], by leaning: [Double]) -> [Double] {
    normalized(zip(logLikelihoods, leaning).map { $0 - log(max($1, .leastNonzeroMagnitude)) })
  }

  /// p − p_cf: scores, not probabilities.
  package static func difference(_ logLikelihoods: [Double], _ leaning: [Double]) -> [Double] {
    zip(normalized(logLikelihoods), leaning).map { $0 - $1 }
  }

  /// Half the sum of the differences: 0 for equal distributions, 1 for disjoint ones.
  package static func totalVariation(_ first: [Double], _ second: [Double]) -> Double {
    zip(first, second).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
  }
}
