import Bytes
import Glibc
import Records
import Testing

@Suite final class RecordStoreTests {
  private let path: String

  init() throws {
    var template = Array("/tmp/phrasebook-records-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
    }
    try #require(made)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/store"
  }

  deinit { try? removeTree(String(path.dropLast("/store".count))) }

  private static let schema = Schema(fields: ["text", "items", "é"])

  /// Values of every kind, nested and empty ones too.
  private static let values: [Value] = [
    .null, .boolean(true), .boolean(false), .integer(0), .integer(.min), .integer(.max), .number(-0.0),
    .number(1e300), .number(.leastNonzeroMagnitude), .bigInteger("-123456789012345678901234567890"),
    .string(""),
    .string("a\u{0}é😀"), .list([]), .list([.list([.list([])]), .string("x")]), .dictionary(ValueDictionary()),
    .dictionary(
      ValueDictionary([
        ("b", .list([.integer(1), .null])), ("", .dictionary(ValueDictionary([("c", .string("d"))]))),
      ])),
    .string(String(repeating: "long ", count: 100_000)),
  ]

  @Test func givesBackWhatWasWritten() throws {
    var writer = try RecordStoreWriter(path: path, schema: Self.schema)
    var written: [Record] = []
    for (place, value) in Self.values.enumerated() {
      for (split, group) in [(nil, nil), (Split.test, 7), (.train, 0), (.validation, .max)]
        as [(Split?, UInt64?)]
      {
        let record = Record(
          values: [value, .list([value, .integer(Int64(place))]), .string("end")], split: split, group: group)
        try writer.append(record)
        written.append(record)
      }
    }
    #expect(writer.count == written.count)
    let store = try writer.finish()
    #expect(store.count == written.count)
    let order = SeededPermutation(count: UInt64(store.count), key: SeedKey(seed: 1))
    for step in 0..<store.count {
      let index = Int(order[UInt64(step)])
      let record = written[index]
      let packed = store.record(index)
      #expect((0..<3).map { packed.value($0) } == record.values)
      #expect(packed.split == record.split)
      #expect(packed.id == RecordID(fields: Self.schema.fields, values: record.values))
      #expect(packed.group == record.group ?? packed.id.high)
      #expect(packed.fieldBytes(3).isEmpty && packed.fieldBytes(-1).isEmpty)
    }
    #expect(store.record(store.count).bytes.isEmpty && store.record(-1).bytes.isEmpty)
    // Opened anew, it is the same.
    let again = try RecordStore(path: path, schema: Self.schema)
    #expect(again.count == written.count && again.record(5).value(0) == written[5].values[0])
  }

  @Test func recordsWithFewerValuesThanFields() throws {
    var writer = try RecordStoreWriter(path: path, schema: Self.schema)
    try writer.append(Record(values: [.string("only")]))
    let store = try writer.finish()
    #expect((0..<3).map { store.record(0).value($0) } == [.string("only"), .null, .null])
  }

  @Test func emptyStore() throws {
    let store = try RecordStoreWriter(path: path, schema: Self.schema).finish()
    #expect(store.count == 0)
    #expect(store.record(0).value(0) == .null)
  }

  @Test func abandonedStoreLeavesNothing() throws {
    func abandon() throws {
      var writer = try RecordStoreWriter(path: path, schema: Self.schema)
      try writer.append(Record(values: []))
    }
    try abandon()
    #expect(!fileExists(path) && !fileExists(path + AtomicFile.temporarySuffix))
  }

  /// However the file is cut or overwritten, it ends in an error or in null values, never in a trap.
  @Test func damagedStore() throws {
    var writer = try RecordStoreWriter(path: path, schema: Self.schema)
    for value in Self.values.dropLast() { try writer.append(Record(values: [value, .list([value]), .null])) }
    let intact = try writer.finish()
    #expect(intact.count == Self.values.count - 1)
    let bytes = try MappedFile(path: path).withBytes { Array($0) }
    var generator = SeededGenerator(SeedKey(seed: 3))
    for round in 0..<600 {
      var damaged = bytes
      if round % 3 == 0 { damaged.removeLast(Int.random(in: 1...bytes.count, using: &generator)) }
      for _ in 0..<(round % 3 == 0 ? 0 : 20) {
        damaged[Int.random(in: 0..<damaged.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      if round % 3 == 2, damaged.count > 8 {
        damaged.replaceSubrange((damaged.count - 8)..., with: bytes.suffix(8))
      }
      var file = try AtomicFile(path: path)
      try damaged.withUnsafeBytes { try file.write($0) }
      _ = try file.commit()
      guard let store = try? RecordStore(path: path, schema: Self.schema) else { continue }
      for index in 0..<min(store.count, 100) {
        let record = store.record(index)
        _ = (record.id, record.group, record.split)
        for field in 0..<3 { _ = record.value(field) }
      }
    }
  }
}
