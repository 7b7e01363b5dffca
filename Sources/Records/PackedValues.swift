internal import Bytes

/// The values of one record in packed form (`PackedValue`), one after the other: a view that is valid inside
/// the call that gives it.
public struct PackedValues {
  public let bytes: UnsafeRawBufferPointer
  /// Where each value begins; as many as the schema has fields.
  public let places: UnsafeBufferPointer<Int>

  public init(bytes: UnsafeRawBufferPointer, places: UnsafeBufferPointer<Int>) {
    self.bytes = bytes
    self.places = places
  }

  public var count: Int { places.count }

  /// The bytes of one value; empty for a field that does not exist.
  public func packed(_ index: Int) -> UnsafeRawBufferPointer {
    guard index >= 0, index < places.count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let end = index + 1 < places.count ? places[index + 1] : bytes.count
    return UnsafeRawBufferPointer(rebasing: bytes[places[index]..<end])
  }

  /// One value; a copy.
  public func value(_ index: Int) -> Value { PackedValue.read(packed(index)).value }

  /// All values; a copy.
  public var values: [Value] { (0..<count).map { value($0) } }
}

/// Makes ids of records, or of some of their fields, from packed values; one serves one thread.
public final class PackedIdentity {
  /// Fields with their packed names, sorted by name.
  private let fields: [(index: Int, key: [UInt8])]
  private var canonical = ByteBuffer(capacity: 1 << 10)

  /// - Parameter chosen: the fields that make the id; nil: all.
  public init(_ schema: Schema, chosen: [Int]? = nil) {
    let order = (chosen ?? Array(schema.fields.indices)).sorted {
      schema.fields[$0].utf8.lexicographicallyPrecedes(schema.fields[$1].utf8)
    }
    fields = order.map { index in
      var key = ByteBuffer()
      PackedValue.append(.string(schema.fields[index]), to: &key)
      return (index, key.withBytes { Array($0) })
    }
  }

  /// The same id as `RecordID(fields:values:)` makes of the values.
  public func id(of values: PackedValues) -> RecordID {
    canonical.removeAll()
    for (index, key) in fields {
      canonical.append(key)
      canonical.append(values.packed(index))
    }
    return canonical.withBytes { RecordID(canonical: $0) }
  }
}
