/// Keys with values, in the order in which they were written; a key occurs once.
///
/// Keys are found by their bytes; above a few of them through a hash table, so that a file with a million
/// keys in one object takes no longer than one with a million objects.
public struct ValueDictionary: Sendable {
  public private(set) var keys: [String] = []
  public private(set) var values: [Value] = []
  /// Places of the keys by their hash, -1 in free slots; empty while there are few keys. Never shows in any
  /// order, so the hash may differ from run to run.
  private var slots: [Int32] = []
  private static let fewest = 16

  public init() {}

  /// Later values replace earlier ones of the same key, in the earlier place.
  public init(_ pairs: [(String, Value)]) {
    for (key, value) in pairs { self[key] = value }
  }

  public var count: Int { keys.count }

  public func index(of key: String) -> Int? {
    guard !slots.isEmpty else { return keys.firstIndex { $0.utf8.elementsEqual(key.utf8) } }
    let found = slots[slot(of: key)]
    return found < 0 ? nil : Int(found)
  }

  /// Setting nil removes the key.
  public subscript(key: String) -> Value? {
    get { index(of: key).map { values[$0] } }
    set {
      if let place = index(of: key) {
        if let newValue {
          values[place] = newValue
        } else {
          keys.remove(at: place)
          values.remove(at: place)
          rebuild()
        }
      } else if let newValue {
        keys.append(key)
        values.append(newValue)
        if 2 * keys.count > slots.count {
          rebuild()
        } else {
          slots[slot(of: key)] = Int32(clamping: keys.count - 1)
        }
      }
    }
  }

  /// The slot in which a key is, or the free one where it belongs; at least half of the slots are free.
  private func slot(of key: String) -> Int {
    let mask = slots.count - 1
    var slot = Self.hash(key) & mask
    while slots[slot] >= 0, !keys[Int(slots[slot])].utf8.elementsEqual(key.utf8) { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func rebuild() {
    guard keys.count > Self.fewest else {
      slots = []
      return
    }
    var size = 64
    while size < 4 * keys.count { size *= 2 }
    slots = Array(repeating: -1, count: size)
    for (place, key) in keys.enumerated() { slots[slot(of: key)] = Int32(clamping: place) }
  }

  /// Of the bytes: the hash of a Swift text is the same for all its canonical equivalents.
  private static func hash(_ key: String) -> Int {
    var hasher = Hasher()
    var key = key
    key.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    return hasher.finalize()
  }
}
