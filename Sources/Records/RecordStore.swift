public import Bytes

/// Records of one corpus on disk, written once in order and then read at random through a memory map.
///
/// Memory stays flat however many records there are. The file is a private intermediate of one build, in
/// the byte order of `PackedValue`; its layout is records, then one UInt64 offset per record plus the end,
/// then the UInt64 count.
public struct RecordStoreWriter: ~Copyable {
  private let schema: Schema
  private var records: AtomicFile
  private var offsets = ByteBuffer(capacity: 1 << 16)
  private var scratch = ByteBuffer()
  private let identity: PackedIdentity
  private var position: UInt64 = 0
  public private(set) var count = 0

  public init(path: String, schema: Schema) throws(Diagnostic) {
    self.schema = schema
    identity = PackedIdentity(schema)
    records = try AtomicFile(path: path)
  }

  public mutating func append(_ record: Record) throws(Diagnostic) {
    scratch.removeAll()
    PackedRecord.append(record, schema: schema, to: &scratch)
    try writeScratch()
  }

  /// Appends a record whose values are packed already.
  public mutating func append(
    _ values: PackedValues, split: Split?, group: UInt64?
  ) throws(Diagnostic) {
    scratch.removeAll()
    PackedRecord.append(values, id: identity.id(of: values), split: split, group: group, to: &scratch)
    try writeScratch()
  }

  private mutating func writeScratch() throws(Diagnostic) {
    PackedValue.appendWord(position, to: &offsets)
    position += UInt64(scratch.count)
    count += 1
    let bytes = scratch.withBytes { $0 }
    // Safe: `scratch` is not touched before the write has copied the bytes.
    try records.write(bytes)
  }

  /// Closes the file and opens it for reading.
  public consuming func finish() throws(Diagnostic) -> RecordStore {
    PackedValue.appendWord(position, to: &offsets)
    PackedValue.appendWord(UInt64(count), to: &offsets)
    let table = offsets.withBytes { $0 }
    // Safe: `offsets` lives until the end of this function.
    try records.write(table)
    let path = records.path
    _ = try records.commit()
    return try RecordStore(path: path, schema: schema)
  }
}

/// The reading side; may be shared between threads.
public final class RecordStore: Sendable {
  public let schema: Schema
  public let count: Int
  private let file: MappedFile
  private let tableStart: Int

  public init(path: String, schema: Schema) throws(Diagnostic) {
    self.schema = schema
    file = try MappedFile(path: path)
    let size = file.bytes.count
    let count = Int(clamping: PackedValue.word(file.bytes, at: size - 8))
    guard size >= 16, count <= (size - 16) / 8 else {
      throw Diagnostic(
        "the record store '\(path)' is damaged; remove it and build again", cause: .environment)
    }
    self.count = count
    tableStart = size - 8 * (count + 2)
  }

  /// The record at a place in 0..<count; valid as long as this store lives.
  public func record(_ index: Int) -> PackedRecord {
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    guard index >= 0, index < count else { return PackedRecord(bytes: none, fieldCount: 0) }
    let start = Int(clamping: PackedValue.word(file.bytes, at: tableStart + 8 * index))
    let end = Int(clamping: PackedValue.word(file.bytes, at: tableStart + 8 * index + 8))
    guard start <= end, end <= tableStart else { return PackedRecord(bytes: none, fieldCount: 0) }
    return PackedRecord(
      bytes: UnsafeRawBufferPointer(rebasing: file.bytes[start..<end]), fieldCount: schema.fields.count)
  }
}
