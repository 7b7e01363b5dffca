/// The choices with the highest log-likelihood under three lengths to divide by (DESIGN section 9).
package struct RankClassification: Sendable, Hashable {
  /// The place of the highest sum of token log-probabilities: the prediction.
  package var best: Int
  /// The same with each sum divided by the choice's length in characters (Unicode scalars), as
  /// lm-evaluation-harness' `acc_norm`.
  package var bestByCharacters: Int
  /// The same with the length in UTF-8 bytes.
  package var bestByBytes: Int

  /// Ties go to the first choice; an empty choice counts as one character long.
  ///
  /// - Parameters: log-likelihoods and choices, as many of the one as of the other, at least one.
  package init(logLikelihoods: [Double], choices: [String]) {
    best = firstOfHighest(logLikelihoods)
    let pairs = zip(logLikelihoods, choices)
    bestByCharacters = firstOfHighest(pairs.map { $0 / Double(max(1, $1.unicodeScalars.count)) })
    bestByBytes = firstOfHighest(pairs.map { $0 / Double(max(1, $1.utf8.count)) })
  }
}

private func firstOfHighest(_ values: [Double]) -> Int {
  var best = 0
  for place in values.indices where values[place] > values[best] { best = place }
  return best
}

/// A log-likelihood to four decimals, halves to even: what is written to `predictions.jsonl` and what
/// choices are ranked by, so that the file alone explains every prediction and differences below the
/// arithmetic's own noise decide nothing.
package func roundedLogLikelihood(_ value: Double) -> Double {
  // Adding 0 turns −0 into 0, which would be written differently.
  (value * 10_000).rounded(.toNearestOrEven) / 10_000 + 0
}
