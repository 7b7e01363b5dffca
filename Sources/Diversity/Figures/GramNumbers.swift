/// Texts as n-grams of every order up to some, each different n-gram a number.
///
/// An n-gram's number is made from that of its first n−1 words and its last word, so that no n-gram is ever
/// written out.
package struct GramNumbers: Sendable {
  /// By order from 1: for each text the numbers of its n-grams in order; a text of fewer words has none.
  package private(set) var orders: [[[UInt32]]] = []
  /// By order: how many different n-grams there are.
  package private(set) var distinct: [Int] = []

  /// - Parameter texts: words as numbers below 2³².
  package init(_ texts: [[Int]], orders count: Int) {
    var words: [[UInt32]] = []
    var known: [Int: UInt32] = [:]
    for text in texts {
      words.append(text.map { Self.number($0, &known) })
    }
    orders.append(words)
    distinct.append(known.count)
    for order in 2..<max(2, count + 1) {
      var known: [UInt64: UInt32] = [:]
      let shorter = orders[order - 2]
      orders.append(
        texts.indices.map { text in
          guard words[text].count >= order else { return [] }
          return (0...words[text].count - order).map { place in
            let last = words[text][place + order - 1]
            return Self.number(UInt64(shorter[text][place]) << 32 | UInt64(last), &known)
          }
        })
      distinct.append(known.count)
    }
  }

  private static func number<Key: Hashable>(_ key: Key, _ known: inout [Key: UInt32]) -> UInt32 {
    if let number = known[key] { return number }
    let number = UInt32(truncatingIfNeeded: known.count)
    known[key] = number
    return number
  }

  /// How often each n-gram stands in a text, by its number.
  package func counts(order: Int, text: Int) -> [(gram: Int, count: Int)] {
    var counts: [(gram: Int, count: Int)] = []
    for gram in orders[order - 1][text].sorted() {
      if let last = counts.last, last.gram == Int(gram) {
        counts[counts.count - 1].count += 1
      } else {
        counts.append((Int(gram), 1))
      }
    }
    return counts
  }

  /// Different n-grams per n-gram over all texts (Li et al. 2016); nil where there are none.
  package func distinctShare(order: Int) -> Double? {
    let total = orders[order - 1].reduce(0) { $0 + $1.count }
    return total == 0 ? nil : Double(distinct[order - 1]) / Double(total)
  }
}
