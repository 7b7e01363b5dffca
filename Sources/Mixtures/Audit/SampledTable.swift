/// Counts by 64-bit hash, in bounded memory: where there are more keys than fit, only those are kept whose hash
/// falls into a share that is halved until they do. What is kept is a fair sample, the same on every run.
package struct SampledTable {
  private var keys: [UInt64]
  private var values: [UInt64]
  package private(set) var count = 0
  /// Keys whose upper bits below this many are not all zero are left out.
  private(set) var halvings = 0
  private let most: Int

  /// - Parameter most: keys kept; memory is at most 32 bytes each.
  package init(most: Int = 1 << 23) {
    self.most = most
    keys = Array(repeating: 0, count: 1 << 12)
    values = Array(repeating: 0, count: 1 << 12)
  }

  /// The share of all keys that are kept.
  package var share: Double { 1 / Double(UInt64(1) << UInt64(halvings)) }

  func keeps(_ hash: UInt64) -> Bool { halvings == 0 || hash >> UInt64(64 - halvings) == 0 }

  /// Changes the value of a key, at first 0; nothing happens to one that is not kept.
  package mutating func update(_ hash: UInt64, _ change: (inout UInt64) -> Void) {
    guard keeps(hash) else { return }
    // 0 stands for a free slot.
    let key = hash | 1
    var slot = Self.slot(key, keys)
    if keys[slot] == 0 {
      if 2 * count >= keys.count {
        grow()
        guard keeps(hash) else { return }
        slot = Self.slot(key, keys)
      }
      keys[slot] = key
      count += 1
    }
    change(&values[slot])
  }

  /// Gives the value of every key that is kept, in no order that means anything.
  package func eachValue(_ body: (UInt64) -> Void) {
    for slot in keys.indices where keys[slot] != 0 { body(values[slot]) }
  }

  private static func slot(_ key: UInt64, _ keys: [UInt64]) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: key &* 0x9E37_79B9_7F4A_7C15 >> 20) & mask
    while keys[slot] != 0, keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let isFull = count >= most
    if isFull { halvings += 1 }
    let old = (keys, values)
    let size = isFull ? keys.count : keys.count * 2
    keys = Array(repeating: 0, count: size)
    values = Array(repeating: 0, count: size)
    count = 0
    for place in old.0.indices where old.0[place] != 0 && keeps(old.0[place]) {
      let slot = Self.slot(old.0[place], keys)
      keys[slot] = old.0[place]
      values[slot] = old.1[place]
      count += 1
    }
  }
}
