/// Which token two neighbouring tokens merge into, and how early: a merge of lower rank comes first. Open
/// addressing, so that a look-up is one multiplication and mostly one load.
struct MergeTable: Sendable {
  struct Merge: Sendable {
    var rank: Int32
    var result: Int32
  }

  private var keys: [UInt64]
  private var merges: [Merge]
  private var shift: UInt64
  private var count: Int32 = 0
  private static let none = UInt64.max

  init(capacity: Int) {
    let bits = max(4, 64 - (capacity * 2).leadingZeroBitCount)
    keys = Array(repeating: Self.none, count: 1 << bits)
    merges = Array(repeating: Merge(rank: 0, result: 0), count: 1 << bits)
    shift = UInt64(64 - bits)
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func slot(_ key: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift) }

  /// Inserts the merge of the next rank; at most as many as the capacity. A pair inserted again keeps its
  /// first rank.
  mutating func append(_ left: Int32, _ right: Int32, result: Int32) {
    defer { count += 1 }
    let key = Self.key(left, right)
    var place = slot(key)
    while keys[place] != Self.none {
      if keys[place] == key { return }
      place = (place + 1) & (keys.count - 1)
    }
    keys[place] = key
    merges[place] = Merge(rank: count, result: result)
  }

  /// What the two merge into, or nil.
  func merge(_ left: Int32, _ right: Int32) -> Merge? {
    let key = Self.key(left, right)
    var place = slot(key)
    while keys[place] != Self.none {
      if keys[place] == key { return merges[place] }
      place = (place + 1) & (keys.count - 1)
    }
    return nil
  }
}
