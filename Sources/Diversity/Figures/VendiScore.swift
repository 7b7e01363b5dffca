import Glibc

/// The Vendi score (Friedman and Dieng 2023): how many texts, unlike each other throughout, would be as diverse
/// as these; from 1 to their number.
///
/// It is the exponential of the entropy of the eigenvalues of K/n. K is the mean over the orders 1 to 4 of the
/// cosines between the texts' n-gram counts, as in the package vendi-score.
package enum VendiScore {
  package static let orders = 4

  /// nil without texts. The work grows with the cube of their number.
  package static func score(_ grams: GramNumbers) -> Double? {
    let count = grams.orders[0].count
    guard count > 0 else { return nil }
    var kernel = [Double](repeating: 0, count: count * count)
    for order in 1...orders { addCosines(grams, order, to: &kernel) }
    let scale = 1 / Double(orders) / Double(count)
    for place in kernel.indices { kernel[place] *= scale }
    var entropy = 0.0
    for value in symmetricEigenvalues(kernel, size: count) where value > 0 { entropy -= value * log(value) }
    return exp(entropy)
  }

  /// Only texts that share an n-gram are visited.
  private static func addCosines(_ grams: GramNumbers, _ order: Int, to kernel: inout [Double]) {
    let count = grams.orders[0].count
    var holders: [[(text: Int, weight: Double)]] = Array(repeating: [], count: grams.distinct[order - 1])
    for text in 0..<count {
      let counts = grams.counts(order: order, text: text)
      let norm = counts.reduce(0.0) { $0 + Double($1.count * $1.count) }.squareRoot()
      for (gram, count) in counts { holders[gram].append((text, Double(count) / norm)) }
    }
    for holders in holders {
      for (first, a) in holders {
        for (second, b) in holders { kernel[first * count + second] += a * b }
      }
    }
  }
}
