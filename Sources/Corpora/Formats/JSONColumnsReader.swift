import Bytes
import JSON
import Records

/// A JSON object of columns, each a list with as many values as there are records. It is held as a whole.
final class JSONColumnsReader: FormatReader {
  private let sink: any RawRecordSink
  private let limits: ReadingLimits
  private let paths: [JSONPath]
  private let names: [String]
  private let pointer: JSONPath?
  private let record: RawRecord
  private var text = ByteBuffer()
  private var isTooLong = false

  /// - Parameter records: pointer to the object; empty: the document itself.
  init(paths: [String], records: String, limits: ReadingLimits, sink: any RawRecordSink) throws(Diagnostic) {
    self.sink = sink
    self.limits = limits
    names = paths
    var compiled: [JSONPath] = []
    for path in paths { compiled.append(try JSONPath(path)) }
    self.paths = compiled
    pointer = records.isEmpty ? nil : try JSONPath(records)
    record = RawRecord(pathCount: paths.count)
  }

  func begin(at offset: Int) {}

  func read(_ bytes: UnsafeRawBufferPointer) throws {
    isTooLong = isTooLong || text.count + bytes.count > limits.columnsBytes
    if !isTooLong { text.append(bytes) }
  }

  func finish() throws {
    guard !isTooLong else {
      throw DescriptionFault.records(
        "an object of columns is held as a whole and may have \(limits.columnsBytes) bytes; write it as JSON lines"
      )
    }
    try text.withBytes { try take($0) }
  }

  private func take(_ bytes: UnsafeRawBufferPointer) throws {
    let start = TextPosition(line: 1, column: 1, offset: 0)
    func refuse(_ reason: String, at position: TextPosition) throws {
      try sink.refuse(BadRecord(reason: reason, position: position, bytes: bytes, size: bytes.count))
    }
    if let fault = UTF8Fault(bytes, from: start) { return try refuse(fault.reason, at: fault.position) }
    let parser = try JSONParser()
    if let packed = parser.packed(bytes) { return try take(columns: packed) }
    let value: Value
    do throws(Diagnostic) {
      value = try parser.parse(bytes)
    } catch {
      let place = TextPosition(
        line: max(1, error.location?.line ?? 1), column: max(1, error.location?.column ?? 1), offset: 0)
      return try refuse(error.message, at: place)
    }
    var buffer = ByteBuffer()
    PackedValue.append(value, to: &buffer)
    try buffer.withBytes { try take(columns: $0) }
  }

  private func take(columns document: UnsafeRawBufferPointer) throws {
    guard let object = pointer.map({ $0.packed(in: document) }) ?? document,
      object.first == PackedValue.Tag.dictionary
    else {
      throw DescriptionFault.records("there is no object of columns at the place that 'records' names")
    }
    var columns: [UnsafeRawBufferPointer] = []
    for (path, name) in zip(paths, names) {
      guard let column = path.packed(in: object), column.first == PackedValue.Tag.list else {
        throw DescriptionFault.records("there is no column (a list) '\(name)'")
      }
      columns.append(column)
    }
    let counts = columns.map { Int(PackedValue.halfWord($0, at: 1)) }
    if let other = counts.firstIndex(where: { $0 != counts[0] }) {
      throw DescriptionFault.records(
        "the columns differ in length: '\(names[0])' has \(counts[0]) values, '\(names[other])' \(counts[other])"
      )
    }
    var places = Array(repeating: 9, count: columns.count)
    for row in 0..<(counts.first ?? 0) {
      record.start = TextPosition(line: 1, column: 1, offset: row)
      for (path, column) in columns.enumerated() {
        let rest = UnsafeRawBufferPointer(rebasing: column[min(places[path], column.count)...])
        let size = PackedValue.size(rest)
        record.setPacked(path, UnsafeRawBufferPointer(rebasing: rest[..<size]))
        places[path] += size
      }
      try sink.take(record)
    }
  }
}
