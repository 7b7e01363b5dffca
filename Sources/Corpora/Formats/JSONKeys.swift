import Bytes
import Glibc
import Records

/// Looks for a key that occurs twice in an object. Most objects of a file have the keys of the one before, which
/// is seen by comparing their bytes.
struct JSONKeys {
  /// The packed keys of an object without repeats, one after the other.
  private var known: [UInt8] = []
  private var count = -1

  /// The first key that the packed object holds twice; nil for another value.
  mutating func repeated(in packed: UnsafeRawBufferPointer) -> String? {
    guard packed.first == PackedValue.Tag.dictionary else { return nil }
    if isKnown(packed) { return nil }
    var keys: [[UInt8]] = []
    var seen: Set<[UInt8]> = []
    var found: String?
    Self.forEachKey(packed) { key in
      keys.append(Array(key))
      if !seen.insert(Array(key)).inserted, found == nil {
        found = String(decoding: PackedValue.textBytes(key), as: UTF8.self)
      }
    }
    if found == nil {
      known = keys.flatMap(\.self)
      count = keys.count
    }
    return found
  }

  private func isKnown(_ packed: UnsafeRawBufferPointer) -> Bool {
    guard count == Int(PackedValue.halfWord(packed, at: 1)) else { return false }
    return known.withUnsafeBytes { known in
      var place = 0
      var same = true
      Self.forEachKey(packed) { key in
        guard same, place + key.count <= known.count, let a = known.baseAddress, let b = key.baseAddress,
          memcmp(a + place, b, key.count) == 0
        else {
          same = false
          return
        }
        place += key.count
      }
      return same && place == known.count
    }
  }

  private static func forEachKey(
    _ packed: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    let end = PackedValue.size(packed)
    var place = 9
    while place < end {
      let rest = UnsafeRawBufferPointer(rebasing: packed[place..<end])
      let size = PackedValue.size(rest)
      guard size > 0, place + size < end else { return }
      body(UnsafeRawBufferPointer(rebasing: rest[..<size]))
      place += size
      let value = PackedValue.size(UnsafeRawBufferPointer(rebasing: packed[place..<end]))
      guard value > 0 else { return }
      place += value
    }
  }
}
