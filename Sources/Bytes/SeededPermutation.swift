/// A permutation of 0..<count that needs no memory: element i is computed from the key alone.
///
/// Up to 64 elements, the product of transpositions that a Fisher–Yates shuffle would make, followed for
/// one element: every permutation is equally likely. Above, an eight-round Feistel network over the
/// smallest even number of bits that holds `count`, walked until the result falls inside (Black and
/// Rogaway 2002, "cycle walking"): on average fewer than four walks. Four rounds are enough for large
/// counts but leave neighbours correlated in small ones.
public struct SeededPermutation: Sendable {
  public let count: UInt64
  private let halfBits: UInt64
  private let mask: UInt64
  private let base: UInt64
  private static let rounds = 8
  private static let fewest: UInt64 = 64

  public init(count: UInt64, key: SeedKey) {
    self.count = count
    let bits = count <= 1 ? 2 : UInt64(64 - (count - 1).leadingZeroBitCount)
    halfBits = max(1, (bits + 1) / 2)
    mask = (1 << halfBits) - 1
    base = key.value
  }

  /// The element at place `index`; indices at or beyond `count` wrap around.
  public subscript(_ index: UInt64) -> UInt64 {
    guard count > 1 else { return 0 }
    var value = index % count
    if count <= Self.fewest { return shuffled(value) }
    repeat { value = encrypt(value) } while value >= count
    return value
  }

  private func shuffled(_ value: UInt64) -> UInt64 {
    var value = value
    var state = base
    for last in stride(from: count - 1, to: 0, by: -1) {
      state &+= 0x9E37_79B9_7F4A_7C15
      let other = mix64(state).multipliedFullWidth(by: last + 1).high
      if value == last {
        value = other
      } else if value == other {
        value = last
      }
    }
    return value
  }

  private func encrypt(_ value: UInt64) -> UInt64 {
    var left = value >> halfBits
    var right = value & mask
    var key = base
    for _ in 0..<Self.rounds {
      key &+= 0x9E37_79B9_7F4A_7C15
      (left, right) = (right, left ^ (mix64(right &+ key) & mask))
    }
    return left << halfBits | right
  }
}
