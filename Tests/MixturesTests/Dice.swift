import Bytes

/// Seeded draws for property tests: case k of a test gives the same draws on every run.
struct Dice {
  private var generator: SeededGenerator

  init(_ test: String, _ number: Int) {
    generator = SeededGenerator(SeedKey(seed: 0xD1CE).part(test).part(UInt64(number)))
  }

  mutating func roll(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

  /// Small values as likely as large ones: the number of bits is drawn first.
  mutating func rollBits(upTo most: Int) -> Int {
    let bits = roll(0...(Int.bitWidth - most.leadingZeroBitCount))
    return min(most, roll(0...max(0, (1 << bits) - 1)))
  }

  mutating func unit() -> Double { Double.random(in: 0..<1, using: &generator) }

  mutating func flip() -> Bool { Bool.random(using: &generator) }

  mutating func shuffle<Element>(_ list: [Element]) -> [Element] { list.shuffled(using: &generator) }
}

/// Pearson's statistic over its degrees of freedom against a bound that chance exceeds once in 10⁸ or so.
func looksUniform(_ counts: [Int], lost: Int = 1) -> Bool {
  let expected = Double(counts.reduce(0, +)) / Double(counts.count)
  let sum = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  let freedom = Double(counts.count - lost)
  return sum / freedom < 1 + 6 * (2 / freedom).squareRoot()
}
