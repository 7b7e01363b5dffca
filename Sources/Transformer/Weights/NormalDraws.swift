package import Bytes
import Glibc

/// Standard normal numbers from a seeded generator, by Marsaglia's polar method, which needs only a
/// logarithm and a square root.
package struct NormalDraws {
  private var generator: SeededGenerator
  private var kept: Double?

  package init(_ key: SeedKey) { generator = SeededGenerator(key) }

  package mutating func next() -> Double {
    if let second = kept {
      kept = nil
      return second
    }
    while true {
      let x = signedUnit()
      let y = signedUnit()
      let square = x * x + y * y
      guard square > 0, square < 1 else { continue }
      let scale = (-2 * log(square) / square).squareRoot()
      kept = y * scale
      return x * scale
    }
  }

  private mutating func signedUnit() -> Double { Double(generator.next() >> 11) * 0x1p-52 - 1 }
}
