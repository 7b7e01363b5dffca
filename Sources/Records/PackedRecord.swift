public import Bytes

/// A record in its binary form, read in place: a view into a `RecordStore` or a `ByteBuffer`, valid as long
/// as those are.
///
///     16 bytes id   8 group   1 split (0: none)   UInt32 × fields: offset of each value   values
public struct PackedRecord {
  public let bytes: UnsafeRawBufferPointer
  public let fieldCount: Int

  public init(bytes: UnsafeRawBufferPointer, fieldCount: Int) {
    self.bytes = bytes
    self.fieldCount = fieldCount
  }

  static let headerSize = 25

  public var id: RecordID {
    RecordID(high: PackedValue.word(bytes, at: 0), low: PackedValue.word(bytes, at: 8))
  }

  /// Records of one group stay together; a record that stands alone has its own.
  public var group: UInt64 { PackedValue.word(bytes, at: 16) }

  public var split: Split? { bytes.count > 24 ? Split(rawValue: bytes[24]) : nil }

  /// The packed value of a field (see `PackedValue`), through to the end of the record; empty for a field
  /// that does not exist.
  @inlinable
  public func fieldBytes(_ index: Int) -> UnsafeRawBufferPointer {
    guard index >= 0, index < fieldCount else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let offset = Int(PackedValue.halfWord(bytes, at: 25 + 4 * index))
    guard offset < bytes.count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return UnsafeRawBufferPointer(rebasing: bytes[offset...])
  }

  /// Where a field's packed value begins; the end of the bytes for a field that does not exist.
  func place(_ index: Int) -> Int {
    guard index >= 0, index < fieldCount else { return bytes.count }
    return min(bytes.count, Int(PackedValue.halfWord(bytes, at: Self.headerSize + 4 * index)))
  }

  /// A field as a value; a copy.
  public func value(_ index: Int) -> Value { PackedValue.read(fieldBytes(index)).value }

  /// Appends the binary form of a record.
  public static func append(_ record: Record, schema: Schema, to buffer: inout ByteBuffer) {
    let id = RecordID(fields: schema.fields, values: record.values)
    PackedValue.appendWord(id.high, to: &buffer)
    PackedValue.appendWord(id.low, to: &buffer)
    PackedValue.appendWord(record.group ?? id.high, to: &buffer)
    buffer.append(record.split?.rawValue ?? 0)
    let start = buffer.count - headerSize
    let table = buffer.count
    for _ in schema.fields { PackedValue.appendHalfWord(0, to: &buffer) }
    for index in schema.fields.indices {
      let offset = UInt32(clamping: buffer.count - start)
      PackedValue.overwriteHalfWord(offset, at: table + 4 * index, in: &buffer)
      PackedValue.append(index < record.values.count ? record.values[index] : .null, to: &buffer)
    }
  }

  /// Appends the binary form of a record whose values are packed already.
  static func append(
    _ values: PackedValues, id: RecordID, split: Split?, group: UInt64?, to buffer: inout ByteBuffer
  ) {
    PackedValue.appendWord(id.high, to: &buffer)
    PackedValue.appendWord(id.low, to: &buffer)
    PackedValue.appendWord(group ?? id.high, to: &buffer)
    buffer.append(split?.rawValue ?? 0)
    let start = headerSize + 4 * values.count
    for place in values.places { PackedValue.appendHalfWord(UInt32(clamping: start + place), to: &buffer) }
    buffer.append(values.bytes)
  }
}
