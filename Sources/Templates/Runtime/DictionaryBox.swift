/// A dictionary that keeps the order of insertion, with Python's equality of keys (`1`, `1.0` and `True` are
/// one key).
final class DictionaryBox: HeapObject, ReusableBox {
  /// Keys, and from `capacity` on the values. Plain memory, as most dictionaries are read a few times and gone.
  @exclusivity(unchecked) private var entries: UnsafeMutablePointer<Datum>
  @exclusivity(unchecked) private var capacity: Int
  @exclusivity(unchecked) private(set) var count = 0
  /// Memory that was outgrown: whoever goes through it may still do so.
  @exclusivity(unchecked) private var outgrown: [UnsafeMutablePointer<Datum>] = []
  /// Places by hash, open addressing; empty while there are few keys. -1: free.
  @exclusivity(unchecked) private var table: [Int32] = []
  /// Whether the dictionary was made by Jinja's sandbox type (prints alike).
  override var typeName: String { "dict" }

  private static let smallest = 8

  override init() {
    capacity = Self.smallest
    entries = .allocate(capacity: 2 * Self.smallest)
  }

  deinit {
    for memory in outgrown { memory.deallocate() }
    entries.deallocate()
  }

  func clear() {
    count = 0
    if !table.isEmpty { table = [] }
    if !outgrown.isEmpty {
      for memory in outgrown { memory.deallocate() }
      outgrown = []
    }
    if capacity > 1024 {
      entries.deallocate()
      capacity = Self.smallest
      entries = .allocate(capacity: 2 * capacity)
    }
  }

  /// In the order of insertion; valid until the rendering ends, though not changed by what is set later.
  var keys: UnsafeBufferPointer<Datum> { UnsafeBufferPointer(start: entries, count: count) }
  var values: UnsafeBufferPointer<Datum> { UnsafeBufferPointer(start: entries + capacity, count: count) }

  /// The place of a key, or nil.
  ///
  /// - Precondition: the key is hashable (`requireHashable` was asked).
  func place(of key: Datum) -> Int? {
    if count <= Self.smallest {
      if case .text(let name) = key { return place(of: name) }
      for index in 0..<count where sameKey(entries[index], key) { return index }
      return nil
    }
    var slot = bucket(key)
    while table[slot] >= 0 {
      if sameKey(entries[Int(table[slot])], key) { return Int(table[slot]) }
      slot = (slot + 1) & (table.count - 1)
    }
    return nil
  }

  /// The place of a name among few keys.
  @inline(__always)
  private func place(of name: Text) -> Int? {
    for index in 0..<count {
      if case .text(let other) = entries[index] {
        if other.count == name.count, other.equals(name) { return index }
      } else if sameKey(entries[index], .text(name)) {
        return index
      }
    }
    return nil
  }

  func value(_ key: Datum) -> Datum? { place(of: key).map { entries[capacity + $0] } }

  func value(_ name: Text) -> Datum? {
    guard count <= Self.smallest else { return value(.text(name)) }
    return place(of: name).map { entries[capacity + $0] }
  }

  func value(_ name: String) -> Datum? {
    var name = name
    return name.withUTF8 { value(Text(UnsafeRawBufferPointer($0))) }
  }

  func set(_ key: Datum, _ value: Datum) {
    if let place = place(of: key) {
      entries[capacity + place] = value
      return
    }
    if count == capacity { grow() }
    entries[count] = key
    entries[capacity + count] = value
    count += 1
    if count > Self.smallest {
      if count * 2 > table.count { rebuild() } else { enter(count - 1) }
    }
  }

  private func grow() {
    let larger = UnsafeMutablePointer<Datum>.allocate(capacity: 4 * capacity)
    larger.update(from: entries, count: count)
    (larger + 2 * capacity).update(from: entries + capacity, count: count)
    outgrown.append(entries)
    entries = larger
    capacity *= 2
  }

  func remove(at place: Int) -> Datum {
    let value = entries[capacity + place]
    for next in place + 1..<max(count, place + 1) {
      entries[next - 1] = entries[next]
      entries[capacity + next - 1] = entries[capacity + next]
    }
    count -= 1
    if !table.isEmpty { rebuild() }
    return value
  }

  func removeAll() {
    count = 0
    table.removeAll()
  }

  func copy(to copy: DictionaryBox) -> DictionaryBox {
    for place in 0..<count { copy.set(entries[place], entries[capacity + place]) }
    return copy
  }

  private func bucket(_ key: Datum) -> Int { Int(truncatingIfNeeded: hash(key)) & (table.count - 1) }

  private func rebuild() {
    table.removeAll()
    guard count > Self.smallest else { return }
    var size = 32
    while size < count * 4 { size *= 2 }
    table = [Int32](repeating: -1, count: size)
    for place in 0..<count { enter(place) }
  }

  private func enter(_ place: Int) {
    var slot = bucket(entries[place])
    while table[slot] >= 0 { slot = (slot + 1) & (table.count - 1) }
    table[slot] = Int32(truncatingIfNeeded: place)
  }
}

/// Whether two keys are one; kinds that compare by content are numbers, texts and tuples.
private func sameKey(_ a: Datum, _ b: Datum) -> Bool {
  if case .text(let x) = a, case .text(let y) = b { return x.equals(y) }
  return equalValues(a, b)
}
