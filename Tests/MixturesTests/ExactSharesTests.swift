import Bytes
import Mixtures
import Testing

struct ExactSharesTests {
  /// Integer weights, so that the exact share N·w / W can be told in 128-bit integers.
  @Test func countsLieWithinOneOfTheirShares() throws {
    for number in 0..<4_000 {
      var dice = Dice("shares", number)
      let weights = (0..<dice.roll(1...60)).map { _ in dice.rollBits(upTo: 1 << 40) }
      guard weights.contains(where: { $0 > 0 }) else { continue }
      let total = dice.rollBits(upTo: 1_000_000_000_000)
      let counts = try ExactShares(weights.map(Double.init)).counts(total: total)
      #expect(counts.reduce(0, +) == total)
      let sum = weights.reduce(Int128(0)) { $0 + Int128($1) }
      for (weight, count) in zip(weights, counts) {
        let distance = Int128(count) * sum - Int128(total) * Int128(weight)
        #expect(distance.magnitude < sum.magnitude, "case \(number)")
      }
    }
  }

  /// A second way to the same method: seats are given one by one to the largest remainder left.
  @Test func countsFollowTheLargestRemainders() throws {
    for number in 0..<1_000 {
      var dice = Dice("remainders", number)
      // Few different weights, so that ties are common.
      let weights = (0..<dice.roll(1...12)).map { _ in dice.roll(1...4) }
      let total = dice.roll(0...60)
      let sum = weights.reduce(0, +)
      var counts = weights.map { total * $0 / sum }
      var remainders = weights.map { total * $0 % sum }
      while counts.reduce(0, +) < total {
        guard let first = remainders.firstIndex(of: remainders.max() ?? 0) else { break }
        counts[first] += 1
        remainders[first] = -1
      }
      #expect(try ExactShares(weights.map(Double.init)).counts(total: total) == counts, "case \(number)")
    }
  }

  /// Doubles are taken as the binary fractions that they are: scaling all by a power of two changes nothing,
  /// and 0.1 + 0.2 is a different share from 0.3.
  @Test func doublesAreExact() throws {
    for number in 0..<500 {
      var dice = Dice("doubles", number)
      let weights = (0..<dice.roll(1...20)).map { _ in dice.unit() * 1e6 + 1e-3 }
      let total = dice.rollBits(upTo: 1_000_000_000_000)
      let counts = try ExactShares(weights).counts(total: total)
      #expect(try ExactShares(weights.map { $0 * 0x1p-300 }).counts(total: total) == counts)
      let sum = weights.reduce(0, +)
      for (weight, count) in zip(weights, counts) {
        #expect(abs(Double(count) - Double(total) * (weight / sum)) < 1 + 1e-14 * Double(total))
      }
    }
    #expect(try ExactShares([0.1 + 0.2, 0.3]).counts(total: 1) == [1, 0])
    #expect(try ExactShares([0.3, 0.1 + 0.2]).counts(total: 1) == [0, 1])
    #expect(try ExactShares([0.3, 0.3]).counts(total: 1) == [1, 0])
  }

  @Test func anIntegerShareIsMetExactly() throws {
    #expect(try ExactShares([1, 2, 3, 4]).counts(total: 10) == [1, 2, 3, 4])
    #expect(try ExactShares([0, 5, 0, 5]).counts(total: 7) == [0, 4, 0, 3])
    #expect(try ExactShares([3]).counts(total: 1_000_000_000_000) == [1_000_000_000_000])
  }

  @Test(arguments: [
    ([], "no task has a rate above 0; give at least one task records and a weight"),
    ([0, 0], "no task has a rate above 0; give at least one task records and a weight"),
    (
      [1e30, 1],
      "the weights lie too far apart: the smallest could never be drawn beside the largest, 1e+30; "
        + "give weights within a factor of 10^12 of each other, or 0"
    ),
  ]) func impossibleWeightsAreRefused(weights: [Double], message: String) throws {
    // 1e30 = 2⁹⁹ · 1.57…, whose lowest bit is 2⁴⁷ or so: the unit is that of 1e-9 beside it.
    let all = weights.count == 2 && weights[0] > 0 ? weights + [1e-9] : weights
    #expect(throws: Diagnostic(message)) { try ExactShares(all) }
  }
}
