/// A permutation of 0..<count that needs no memory: element i is computed from the key alone.
///
/// A four-round Feistel network over the smallest even number of bits that holds `count`, walked until
/// the result falls inside (Black and Rogaway 2002, "cycle walking"): on average fewer than four walks.
public struct SeededPermutation: Sendable {
  public let count: UInt64
  private let halfBits: UInt64
  private let mask: UInt64
  private let keys: (UInt64, UInt64, UInt64, UInt64)

  public init(count: UInt64, key: SeedKey) {
    self.count = count
    let bits = count <= 1 ? 2 : UInt64(64 - (count - 1).leadingZeroBitCount)
    halfBits = max(1, (bits + 1) / 2)
    mask = (1 << halfBits) - 1
    keys = (key.part(1).value, key.part(2).value, key.part(3).value, key.part(4).value)
  }

  /// The element at place `index`; indices at or beyond `count` wrap around.
  public subscript(_ index: UInt64) -> UInt64 {
    guard count > 1 else { return 0 }
    var value = index % count
    repeat { value = encrypt(value) } while value >= count
    return value
  }

  private func encrypt(_ value: UInt64) -> UInt64 {
    var left = value >> halfBits
    var right = value & mask
    (left, right) = (right, left ^ (mix64(right &+ keys.0) & mask))
    (left, right) = (right, left ^ (mix64(right &+ keys.1) & mask))
    (left, right) = (right, left ^ (mix64(right &+ keys.2) & mask))
    (left, right) = (right, left ^ (mix64(right &+ keys.3) & mask))
    return left << halfBits | right
  }
}
