/// The bytes of every token, in one array, and which token has given bytes.
struct TokenVocabulary: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Places of tokens by the hash of their bytes, -1 in free slots.
  private var slots: [Int32] = []

  init(capacity: Int = 0) {
    ends.reserveCapacity(capacity)
    var size = 64
    while size < 2 * capacity { size *= 2 }
    slots = Array(repeating: -1, count: size)
  }

  var count: Int { ends.count }

  /// The bytes of a token, which may be none: marks and numbers that no token has.
  subscript(id: Int32) -> ArraySlice<UInt8> {
    let place = Int(id)
    return bytes[(place == 0 ? 0 : ends[place - 1])..<ends[place]]
  }

  /// Appends the next token.
  ///
  /// - Parameter findable: whether `id(of:)` gives it; of tokens with the same bytes the last is
  ///   given, as a dictionary of a `tokenizer.json` and llama.cpp have it.
  mutating func append(_ new: some Collection<UInt8>, findable: Bool = true) {
    bytes.append(contentsOf: new)
    ends.append(bytes.count)
    guard findable, !new.isEmpty else { return }
    if 2 * ends.count > slots.count { grow() }
    let id = Int32(ends.count - 1)
    slots[slot(of: self[id])] = id
  }

  /// The token with these bytes, nil where there is none.
  func id(of piece: some Collection<UInt8>) -> Int32? {
    let found = slots[slot(of: piece)]
    return found < 0 ? nil : found
  }

  private func slot(of piece: some Collection<UInt8>) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in piece { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & mask
    while slots[slot] >= 0, !self[slots[slot]].elementsEqual(piece) { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: -1, count: old.count * 2)
    for id in old where id >= 0 { slots[slot(of: self[id])] = id }
  }
}
