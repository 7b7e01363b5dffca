import Glibc

/// Self-BLEU (Zhu et al. 2018): how well each text is told from all others together. 1: each n-gram stands in
/// another text; low: the texts are unlike.
///
/// BLEU-4 with equal weights and the shortest of the closest reference lengths (Papineni et al. 2002); a
/// precision of zero becomes 0.1 over its denominator (Chen and Cherry 2014, method 1), as in NLTK and
/// fast-bleu.
package enum SelfBLEU {
  package static let order = 4
  private static let epsilon = 0.1

  /// A score for each text; empty for fewer than two texts.
  package static func scores(_ grams: GramNumbers) -> [Double] {
    let count = grams.orders[0].count
    guard count > 1 else { return [] }
    var logs = [Double](repeating: 0, count: count)
    var isZero = [Bool](repeating: false, count: count)
    for order in 1...Self.order {
      let counts = (0..<count).map { grams.counts(order: order, text: $0) }
      let highest = HighestCounts(counts, grams: grams.distinct[order - 1])
      for text in 0..<count {
        var total = 0
        var matched = 0
        for (gram, count) in counts[text] {
          total += count
          matched += min(count, highest.count(of: gram, without: text))
        }
        // One shared word at least, or nothing is shared.
        if order == 1, matched == 0 { isZero[text] = true }
        let numerator = matched == 0 ? epsilon : Double(matched)
        logs[text] += log(numerator / Double(max(1, total))) / Double(Self.order)
      }
    }
    let lengths = ClosestLengths(grams.orders[0].map(\.count))
    return (0..<count).map { text in
      isZero[text] ? 0 : exp(logs[text]) * lengths.brevityPenalty(of: text)
    }
  }

  package static func mean(_ grams: GramNumbers) -> Double? {
    let scores = scores(grams)
    return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
  }
}

/// For each n-gram the highest count in any text, and in any other text: what leaving one out needs.
private struct HighestCounts {
  private var highest: [(text: Int32, count: Int32, next: Int32)]

  init(_ counts: [[(gram: Int, count: Int)]], grams: Int) {
    highest = Array(repeating: (-1, 0, 0), count: grams)
    for (text, counts) in counts.enumerated() {
      for (gram, count) in counts {
        let count = Int32(truncatingIfNeeded: count)
        if count > highest[gram].count {
          highest[gram] = (Int32(truncatingIfNeeded: text), count, highest[gram].count)
        } else {
          highest[gram].next = max(highest[gram].next, count)
        }
      }
    }
  }

  func count(of gram: Int, without text: Int) -> Int {
    let entry = highest[gram]
    return Int(Int(entry.text) == text ? entry.next : entry.count)
  }
}

private struct ClosestLengths {
  private let lengths: [Int]
  private let sorted: [Int]

  init(_ lengths: [Int]) {
    self.lengths = lengths
    sorted = lengths.sorted()
  }

  /// 1 for a text that is longer than the reference nearest in length, the shorter of two equally near.
  func brevityPenalty(of text: Int) -> Double {
    let length = lengths[text]
    guard length > 0 else { return 0 }
    // The first place that holds this length; the text itself is one of them.
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < length { low = middle + 1 } else { high = middle }
    }
    if low + 1 < sorted.count, sorted[low + 1] == length { return 1 }
    let shorter = low > 0 ? sorted[low - 1] : nil
    let longer = low + 1 < sorted.count ? sorted[low + 1] : nil
    let closest: Int
    switch (shorter, longer) {
    case (let shorter?, let longer?): closest = length - shorter <= longer - length ? shorter : longer
    case (let shorter?, nil): closest = shorter
    case (nil, let longer?): closest = longer
    case (nil, nil): return 1
    }
    return length > closest ? 1 : exp(1 - Double(closest) / Double(length))
  }
}
