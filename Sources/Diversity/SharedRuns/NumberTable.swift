/// Numbers for 64-bit keys: open addressing in two arrays, a third of what a dictionary needs and quick to ask.
struct NumberTable: Sendable {
  private var keys: [UInt64] = Array(repeating: 0, count: 16)
  private var numbers: [Int32] = Array(repeating: 0, count: 16)
  /// The number of the key 0, which marks free places.
  private var zero: Int32?
  private(set) var count = 0

  subscript(key: UInt64) -> Int32? {
    get {
      if key == 0 { return zero }
      let place = place(of: key)
      return keys[place] == key ? numbers[place] : nil
    }
    set {
      guard let newValue else { return }
      if key == 0 {
        if zero == nil { count += 1 }
        zero = newValue
        return
      }
      var place = place(of: key)
      if keys[place] != key {
        if 2 * count >= keys.count {
          grow()
          place = self.place(of: key)
        }
        keys[place] = key
        count += 1
      }
      numbers[place] = newValue
    }
  }

  /// Where the key is or would be; at least half of the places are free.
  @inline(__always)
  private func place(of key: UInt64) -> Int {
    let mask = keys.count - 1
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
    while keys[place] != 0, keys[place] != key { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    let (oldKeys, oldNumbers) = (keys, numbers)
    keys = Array(repeating: 0, count: 2 * oldKeys.count)
    numbers = Array(repeating: 0, count: keys.count)
    for (key, number) in zip(oldKeys, oldNumbers) where key != 0 {
      let place = place(of: key)
      keys[place] = key
      numbers[place] = number
    }
  }
}
