/// A dictionary that keeps the order of insertion, with Python's equality of keys (`1`, `1.0` and `True` are
/// one key).
final class DictionaryBox: HeapObject, ReusableBox {
  @exclusivity(unchecked) private(set) var keys: [Datum] = []
  @exclusivity(unchecked) var values: [Datum] = []
  /// Places by hash, open addressing; empty while there are few keys. -1: free.
  @exclusivity(unchecked) private var table: [Int32] = []
  /// Whether the dictionary was made by Jinja's sandbox type (prints alike).
  override var typeName: String { "dict" }

  private static let smallest = 8

  override init() {}

  func clear() {
    keys.clearForReuse()
    values.clearForReuse()
    if !table.isEmpty { table = [] }
  }

  var count: Int { keys.count }

  /// The place of a key, or nil.
  ///
  /// - Precondition: the key is hashable (`requireHashable` was asked).
  func place(of key: Datum) -> Int? {
    if table.isEmpty {
      for index in keys.indices where sameKey(keys[index], key) { return index }
      return nil
    }
    var slot = bucket(key)
    while table[slot] >= 0 {
      if sameKey(keys[Int(table[slot])], key) { return Int(table[slot]) }
      slot = (slot + 1) & (table.count - 1)
    }
    return nil
  }

  func value(_ key: Datum) -> Datum? { place(of: key).map { values[$0] } }

  func value(_ name: Text) -> Datum? { value(.text(name)) }

  func value(_ name: String) -> Datum? {
    var name = name
    return name.withUTF8 { value(Text(UnsafeRawBufferPointer($0))) }
  }

  func set(_ key: Datum, _ value: Datum) {
    if let place = place(of: key) {
      values[place] = value
      return
    }
    keys.append(key)
    values.append(value)
    if keys.count > Self.smallest {
      if keys.count * 2 > table.count { rebuild() } else { enter(keys.count - 1) }
    }
  }

  func remove(at place: Int) -> Datum {
    keys.remove(at: place)
    let value = values.remove(at: place)
    if !table.isEmpty { rebuild() }
    return value
  }

  func removeAll() {
    keys.removeAll()
    values.removeAll()
    table.removeAll()
  }

  func copy(to copy: DictionaryBox) -> DictionaryBox {
    copy.keys = keys
    copy.values = values
    copy.table = table
    return copy
  }

  private func bucket(_ key: Datum) -> Int { Int(truncatingIfNeeded: hash(key)) & (table.count - 1) }

  private func rebuild() {
    table.removeAll()
    guard keys.count > Self.smallest else { return }
    var size = 32
    while size < keys.count * 4 { size *= 2 }
    table = [Int32](repeating: -1, count: size)
    for place in keys.indices { enter(place) }
  }

  private func enter(_ place: Int) {
    var slot = bucket(keys[place])
    while table[slot] >= 0 { slot = (slot + 1) & (table.count - 1) }
    table[slot] = Int32(truncatingIfNeeded: place)
  }
}

/// Whether two keys are one; kinds that compare by content are numbers, texts and tuples.
private func sameKey(_ a: Datum, _ b: Datum) -> Bool {
  if case .text(let x) = a, case .text(let y) = b { return x.equals(y) }
  return equalValues(a, b)
}
