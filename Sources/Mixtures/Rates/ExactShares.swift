package import Bytes

/// Rates of tasks as exact fractions: the given Doubles, taken as the binary fractions that they are, over
/// their exact sum.
package struct ExactShares: Sendable {
  /// The weights in the unit of their lowest bit.
  private let weights: [UInt128]
  private let sum: UInt128

  /// - Parameter weights: finite, at least 0, one of them above 0.
  /// - Throws: when no weight is above 0, or the largest and the smallest lie so far apart (some 10¹⁵) that
  ///   their common unit does not fit 128 bits.
  package init(_ weights: [Double]) throws(Diagnostic) {
    let positive = weights.filter { $0 > 0 }
    guard let largest = positive.max(),
      let unit = positive.map({ Int($0.exponent) - $0.significandWidth }).min()
    else {
      throw Diagnostic("no task has a rate above 0; give at least one task records and a weight")
    }
    let bits = Int(largest.exponent) - unit + 1
    let carry = Int.bitWidth - weights.count.leadingZeroBitCount
    guard bits + carry < UInt128.bitWidth else {
      throw Diagnostic(
        "the weights lie too far apart: the smallest could never be drawn beside the largest, \(largest); "
          + "give weights within a factor of 10^12 of each other, or 0")
    }
    self.weights = weights.map { weight in
      guard weight > 0 else { return 0 }
      let shift = Int(weight.exponent) - weight.significandWidth - unit
      let scaled = Double(sign: .plus, exponent: weight.significandWidth, significand: weight.significand)
      return UInt128(scaled) << UInt128(shift)
    }
    sum = self.weights.reduce(0, +)
  }

  /// r, to the nearest Double or its neighbour.
  package var rates: [Double] { weights.map { Double($0) / Double(sum) } }

  /// How many of `total` examples each task gets: the largest remainder method (Hamilton's), in integers
  /// throughout, ties by the order of tasks. `|n − total · r| < 1` for every task, and the sum is `total`.
  ///
  /// A count exceeds its share only where the share is no integer: the examples left after rounding down
  /// number fewer than the tasks with a remainder, and the largest remainders are served first.
  package func counts(total: Int) -> [Int] {
    let total = UInt128(max(0, total))
    var counts: [Int] = []
    var remainders: [UInt128] = []
    for weight in weights {
      let product = total.multipliedFullWidth(by: weight)
      let (quotient, remainder) = sum.dividingFullWidth(product)
      counts.append(Int(quotient))
      remainders.append(remainder)
    }
    let left = Int(total) - counts.reduce(0, +)
    let order = remainders.indices.sorted {
      remainders[$0] != remainders[$1] ? remainders[$0] > remainders[$1] : $0 < $1
    }
    for task in order.prefix(left) { counts[task] += 1 }
    return counts
  }
}
