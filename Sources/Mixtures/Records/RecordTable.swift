package import Records

/// The places of a store's different records, found by id: an open-addressing table of 32-bit places that
/// looks the ids up in the store, so that a record costs eight bytes at most.
package struct RecordTable: ~Copyable {
  private let store: RecordStore
  private var slots: [UInt32]
  private let mask: Int
  package private(set) var count = 0
  /// No record has this place: stores are smaller.
  private static let free = UInt32.max

  package init(_ store: RecordStore) {
    self.store = store
    var size = 16
    while size < store.count + store.count / 2 { size *= 2 }
    slots = Array(repeating: Self.free, count: size)
    mask = size - 1
  }

  /// Notes a record; where one with its id is there already, `replaces` decides whether it takes its place.
  package mutating func insert(_ place: UInt32, replaces: (UInt32) -> Bool) {
    let slot = slot(of: store.record(Int(place)).id)
    if slots[slot] == Self.free {
      count += 1
    } else if !replaces(slots[slot]) {
      return
    }
    slots[slot] = place
  }

  /// Whether the record is the one noted for its id.
  package func holds(_ place: UInt32) -> Bool {
    slots[slot(of: store.record(Int(place)).id)] == place
  }

  /// Where the id stands, or the free slot where it belongs. Ids are hashes already.
  private func slot(of id: RecordID) -> Int {
    var slot = Int(truncatingIfNeeded: id.low) & mask
    while slots[slot] != Self.free, store.record(Int(slots[slot])).id != id { slot = (slot + 1) & mask }
    return slot
  }
}
