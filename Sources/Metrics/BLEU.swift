#if canImport(Glibc)
  import Glibc
#endif

/// What BLEU needs of one answer or, added up, of many (Papineni et al. 2002).
struct BLEU {
  static let orders = 4
  /// Numbers of a list of counts: two lengths, then matches and totals of each order.
  static let width = 2 + 2 * orders

  /// The answer's tokens, the targets' (of the target closest in length, the shorter of equally close ones),
  /// then for each order the n-grams that the answer shares with any target, then all of the answer's.
  static func counts(_ answer: String, targets: [String], _ tokenizer: BLEUTokenizer) -> [Double] {
    let texts = ([answer] + targets).map(tokenizer.tokens)
    let length = texts[0].count
    let closest = texts.dropFirst().map(\.count).min {
      (abs($0 - length), $0) < (abs($1 - length), $1)
    }
    var matches: [Double] = []
    var totals: [Double] = []
    var grams = GramNumbering(texts)
    for order in 1...orders {
      if order > 1 { grams.advance() }
      var most = [Int](repeating: 0, count: grams.count)
      for target in texts.indices.dropFirst() { most = zip(most, grams.counts(target)).map(max) }
      matches.append(Double(common(grams.counts(0), most)))
      totals.append(Double(grams.total(0)))
    }
    return [Double(length), Double(closest ?? 0)] + matches + totals
  }

  /// BLEU from 0 to 1 with exponential smoothing: the k-th order without a match counts as 2⁻ᵏ matches
  /// (Chen and Cherry 2014, method 3).
  ///
  /// - Parameter effective: only the orders that the answers are long enough for; else a missing order makes
  ///   the figure 0.
  static func figure(_ counts: [Double], effective: Bool) -> Double {
    let (length, wanted) = (counts[0], counts[1])
    let matches = counts[2..<2 + orders]
    guard matches.contains(where: { $0 > 0 }) else { return 0 }
    let penalty = length < wanted ? (length > 0 ? exp(1 - wanted / length) : 0) : 1
    var logarithms = 0.0
    var smoothing = 1.0
    var filled = 0
    for (match, total) in zip(matches, counts[(2 + orders)...]) {
      guard total > 0 else { break }
      filled += 1
      if match > 0 {
        logarithms += log(100 * match / total)
      } else {
        smoothing *= 2
        logarithms += log(100 / (smoothing * total))
      }
    }
    guard effective || filled == orders else { return 0 }
    return penalty * exp(logarithms / Double(filled)) / 100
  }
}
