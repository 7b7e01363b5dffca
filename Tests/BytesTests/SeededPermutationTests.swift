import Bytes
import Testing

/// The sizes at which the algorithm changes, and some on either side of a power of two.
private let counts: [UInt64] = [1, 2, 3, 7, 16, 63, 64, 65, 100, 255, 257, 1000, 1025]

@Test(arguments: counts) func everyElementComesOnce(count: UInt64) {
  for seed in UInt64(0)..<20 {
    let permutation = SeededPermutation(count: count, key: SeedKey(seed: seed))
    #expect((0..<count).map { permutation[$0] }.sorted() == Array(0..<count))
  }
}

/// Pearson's statistic over its degrees of freedom: 1 on average, above 1 + 6·√(2/df) practically never.
private func chiSquare(_ counts: [Int], lost: Int = 1) -> (value: Double, bound: Double) {
  let expected = Double(counts.reduce(0, +)) / Double(counts.count)
  let sum = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  let freedom = Double(counts.count - lost)
  return (sum / freedom, 1 + 6 * (2 / freedom).squareRoot())
}

@Test(arguments: [3, 8, 20, 64, 65, 100, 257]) func everyPlaceIsEquallyLikely(count: Int) {
  var cells = [Int](repeating: 0, count: count * count)
  for key in 0..<(60 * count) {
    let permutation = SeededPermutation(count: UInt64(count), key: SeedKey(seed: 5).part(UInt64(key)))
    for place in 0..<count { cells[place * count + Int(permutation[UInt64(place)])] += 1 }
  }
  let (value, bound) = chiSquare(cells, lost: 2 * count - 1)
  #expect(value < bound)
}

@Test(arguments: [5, 8, 20, 64, 65, 100, 257]) func neighboursAreUnrelated(count: Int) {
  var steps = [Int](repeating: 0, count: count - 1)
  for key in 0..<(60 * count) {
    let permutation = SeededPermutation(count: UInt64(count), key: SeedKey(seed: 6).part(UInt64(key)))
    for place in 1..<count {
      let step = Int(permutation[UInt64(place)]) - Int(permutation[UInt64(place - 1)])
      steps[(step + count) % count - 1] += 1
    }
  }
  let (value, bound) = chiSquare(steps)
  #expect(value < bound)
}

@Test func everyOrderOfFiveIsEquallyLikely() {
  var orders: [[UInt64]: Int] = [:]
  for key in 0..<(120 * 200) {
    let permutation = SeededPermutation(count: 5, key: SeedKey(seed: 7).part(UInt64(key)))
    orders[(0..<5).map { permutation[$0] }, default: 0] += 1
  }
  #expect(orders.count == 120)
  let (value, bound) = chiSquare(orders.map(\.value))
  #expect(value < bound)
}
