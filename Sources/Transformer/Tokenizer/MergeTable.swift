/// Which token two neighbouring tokens merge into; a lower result merges first. Open addressing, so that
/// a look-up is one multiplication and mostly one load.
struct MergeTable: Sendable {
  private var keys: [UInt64]
  private var results: [Int32]
  private var shift: UInt64
  private static let none = UInt64.max

  init(capacity: Int) {
    let bits = max(4, 64 - (capacity * 2).leadingZeroBitCount)
    keys = Array(repeating: Self.none, count: 1 << bits)
    results = Array(repeating: 0, count: 1 << bits)
    shift = UInt64(64 - bits)
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func slot(_ key: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift) }

  /// A pair inserted again keeps its first result.
  mutating func insert(_ left: Int32, _ right: Int32, result: Int32) {
    let key = Self.key(left, right)
    var place = slot(key)
    while keys[place] != Self.none {
      if keys[place] == key { return }
      place = (place + 1) & (keys.count - 1)
    }
    keys[place] = key
    results[place] = result
  }

  /// The merged token, or nil.
  func result(_ left: Int32, _ right: Int32) -> Int32? {
    let key = Self.key(left, right)
    var place = slot(key)
    while keys[place] != Self.none {
      if keys[place] == key { return results[place] }
      place = (place + 1) & (keys.count - 1)
    }
    return nil
  }
}
