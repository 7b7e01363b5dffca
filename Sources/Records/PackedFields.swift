import Bytes
import Glibc

/// The fields of records that are alike: of a schema, or of JSON objects with the same keys. Most objects of a
/// file have the same keys in the same order, so what depends on the keys alone is worked out once for all.
public final class FieldLayout: Sendable {
  /// In the order in which they are written.
  public let keys: [String]
  /// Whether a key occurs twice; its last value counts, and `PackedFields` does not look into that.
  public let hasDuplicates: Bool
  /// The packed keys (`PackedValue`), in order.
  let packedKeys: [[UInt8]]
  /// The packed keys one after the other, and a byte behind them.
  let flatKeys: [UInt8]
  /// Places of the keys by their bytes.
  let order: [Int]

  init(packedKeys: [[UInt8]]) {
    self.packedKeys = packedKeys
    flatKeys = packedKeys.flatMap(\.self) + [0]
    keys = packedKeys.map { String(decoding: $0.dropFirst(5), as: UTF8.self) }
    order = packedKeys.indices.sorted {
      packedKeys[$0].dropFirst(5).lexicographicallyPrecedes(packedKeys[$1].dropFirst(5))
    }
    hasDuplicates = Set(packedKeys).count < packedKeys.count
  }

  public convenience init(_ schema: Schema) {
    self.init(
      packedKeys: schema.fields.map { name in
        var packed = ByteBuffer()
        PackedValue.append(.string(name), to: &packed)
        return packed.withBytes { Array($0) }
      })
  }

  public func index(of key: String) -> Int? {
    keys.firstIndex { $0.utf8.elementsEqual(key.utf8) }
  }
}

/// A record's values in packed form (`PackedValue`) with the places where they begin, read in place: a view that
/// is valid as long as the bytes are. One serves one thread and many records, one after the other.
public final class PackedFields {
  /// The fields of the record read last.
  @exclusivity(unchecked) public private(set) var layout = FieldLayout(packedKeys: [])
  /// The bytes that hold the values of the record read last.
  @exclusivity(unchecked) public private(set) var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Where each value begins in `bytes`; as many as the layout has fields.
  @exclusivity(unchecked) public private(set) var places: UnsafeMutablePointer<Int>
  @exclusivity(unchecked) private var capacity = 16
  @exclusivity(unchecked) private var hashed = ByteBuffer()
  @exclusivity(unchecked) private var knownID: RecordID?

  public init() { places = .allocate(capacity: 16) }

  /// Which layout the record has: cheaper to compare than the layouts themselves.
  public var layoutIdentity: ObjectIdentifier { ObjectIdentifier(layout) }

  /// `bytes` and `places` together.
  public var valuePlaces: (bytes: UnsafeRawBufferPointer, places: UnsafeMutablePointer<Int>) {
    (bytes, places)
  }

  deinit { places.deallocate() }

  private func makeRoom(_ count: Int) {
    guard count > capacity else { return }
    places.deallocate()
    capacity = count
    places = .allocate(capacity: count)
  }

  /// Takes a record of a store.
  ///
  /// - Parameter layout: that of the record's schema.
  public func read(_ record: PackedRecord, _ layout: FieldLayout) {
    // Records of one store after the other are the rule: nothing is counted for them.
    if self.layout !== layout { self.layout = layout }
    bytes = record.bytes
    knownID = record.id
    makeRoom(layout.keys.count)
    for index in layout.keys.indices { places[index] = record.place(index) }
  }

  /// Takes packed values of a schema; they have no id until they are a record.
  ///
  /// - Parameter layout: that of the schema.
  public func read(_ values: PackedValues, _ layout: FieldLayout) {
    self.layout = layout
    bytes = values.bytes
    knownID = RecordID(high: 0, low: 0)
    makeRoom(layout.keys.count)
    for index in layout.keys.indices { places[index] = values.places[index] }
  }

  /// Takes a JSON object; false when the bytes are none.
  public func read(_ packed: UnsafeRawBufferPointer) -> Bool {
    guard packed.first == PackedValue.Tag.dictionary, packed.count >= 9 else { return false }
    bytes = packed
    knownID = nil
    let count = Int(PackedValue.halfWord(packed, at: 1))
    makeRoom(count)
    let isKnown = layout.flatKeys.withUnsafeBytes { known in findValues(packed, count, known) }
    guard let isKnown else { return false }
    if !isKnown { learnLayout(count) }
    return true
  }

  /// Sets the places of the values; whether the keys are the layout's, nil for damaged bytes.
  private func findValues(
    _ packed: UnsafeRawBufferPointer, _ count: Int, _ known: UnsafeRawBufferPointer
  ) -> Bool? {
    guard let start = packed.baseAddress, let keys = known.baseAddress else { return nil }
    var isKnown = count == layout.keys.count
    var place = 9
    var keyPlace = 0
    for index in 0..<count {
      guard place + 5 <= packed.count else { return nil }
      let size = 5 + Int(PackedValue.halfWord(packed, at: place + 1))
      guard place + size < packed.count else { return nil }
      isKnown =
        isKnown && keyPlace + size <= known.count && memcmp(keys + keyPlace, start + place, size) == 0
      keyPlace += size
      place += size
      places[index] = place
      place += PackedValue.size(UnsafeRawBufferPointer(rebasing: packed[place...]))
    }
    return isKnown
  }

  private func learnLayout(_ count: Int) {
    var keys: [[UInt8]] = []
    var place = 9
    for index in 0..<count {
      let size = PackedValue.size(UnsafeRawBufferPointer(rebasing: bytes[place...]))
      keys.append(Array(bytes[place..<place + size]))
      place = places[index] + PackedValue.size(UnsafeRawBufferPointer(rebasing: bytes[places[index]...]))
    }
    layout = FieldLayout(packedKeys: keys)
  }

  /// The packed value at a place of the layout, through to the end of the object.
  @inlinable
  public func value(_ index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[places[index]...])
  }

  /// The record's id: the same as of its values by name.
  public var id: RecordID {
    if let knownID { return knownID }
    hashed.removeAll()
    for index in layout.order {
      let key = keyStart(index)
      hashed.append(UnsafeRawBufferPointer(rebasing: bytes[key..<places[index] + size(index)]))
    }
    return hashed.withBytes { RecordID(canonical: $0) }
  }

  private func size(_ index: Int) -> Int { PackedValue.size(value(index)) }

  /// Where the packed key begins that stands before a value.
  private func keyStart(_ index: Int) -> Int { places[index] - layout.packedKeys[index].count }
}
