import Bytes
import JSON

/// The items of one array of a JSON document, found by a pointer; the document is never held as a whole.
final class JSONArrayReader: FormatReader {
  private let sink: any RawRecordSink
  private let limits: ReadingLimits
  private let values: JSONValueReader
  private let records: String
  private var scanner: JSONArrayScanner
  private var hasFailed = false
  /// The item in hand, as far as it came in earlier pieces.
  private var pending: [UInt8] = []
  private var itemSize = 0
  private var itemStart = TextPosition(line: 1, column: 1, offset: 0)
  /// The place up to which lines and columns are counted: the end of the last piece, or nearer.
  private var mark = TextPosition(line: 1, column: 1, offset: 0)

  init(paths: [String], records: String, limits: ReadingLimits, sink: any RawRecordSink) throws(Diagnostic) {
    self.sink = sink
    self.limits = limits
    self.records = records
    values = try JSONValueReader(paths: paths, sink: sink)
    scanner = try JSONArrayScanner(try JSONPointer(records), longestKey: limits.recordBytes)
  }

  func begin(at offset: Int) { mark.offset = offset }

  func read(_ bytes: UnsafeRawBufferPointer) throws {
    guard !hasFailed else { return }
    var marked = 0
    var itemPart = 0
    func advance(to place: Int) {
      mark = mark.advanced(over: UnsafeRawBufferPointer(rebasing: bytes[marked..<place]))
      marked = place
    }
    // A value of its own while it runs: the parts of an object cost a check at each use.
    var running = scanner
    defer { scanner = running }
    var place = 0
    while place < bytes.count {
      switch running.step(bytes[place]) {
      case .none: break
      case .itemBegins:
        advance(to: place)
        itemStart = mark
        itemPart = place
      case .itemEnded: try give(UnsafeRawBufferPointer(rebasing: bytes[itemPart..<place]))
      case .itemEnds: try give(UnsafeRawBufferPointer(rebasing: bytes[itemPart...place]))
      case .fault(let reason):
        advance(to: place)
        if running.isInItem { keep(UnsafeRawBufferPointer(rebasing: bytes[itemPart...place])) }
        return try fail(reason)
      }
      place = running.plainEnd(in: bytes, from: place + 1)
    }
    if running.isInItem { keep(UnsafeRawBufferPointer(rebasing: bytes[itemPart...])) }
    advance(to: bytes.count)
  }

  func finish() throws {
    guard !hasFailed else { return }
    guard scanner.isComplete else { return try fail("the document ends too early") }
    guard scanner.isFound else {
      throw DescriptionFault.records(
        records.isEmpty
          ? "the document is no array; name the array with 'records', as in 'records: /data'"
          : "there is no array at '\(records)'")
    }
  }

  private func keep(_ bytes: UnsafeRawBufferPointer) {
    itemSize += bytes.count
    pending.append(contentsOf: bytes.prefix(max(0, limits.recordBytes - pending.count)))
  }

  private func give(_ tail: UnsafeRawBufferPointer) throws {
    defer {
      pending.removeAll(keepingCapacity: pending.count < 1 << 20)
      itemSize = 0
    }
    guard itemSize + tail.count <= limits.recordBytes else {
      return try sink.refuse(
        BadRecord(
          reason: limits.tooLong("the record"), position: itemStart, bytes: tail,
          size: itemSize + tail.count))
    }
    if pending.isEmpty { return try values.take(tail, at: itemStart) }
    pending.append(contentsOf: tail)
    try pending.withUnsafeBytes { try values.take($0, at: itemStart) }
  }

  /// The document's structure is broken: nothing behind the fault can be told apart.
  private func fail(_ reason: String) throws {
    hasFailed = true
    try pending.withUnsafeBytes {
      try sink.refuse(
        BadRecord(
          reason: "malformed JSON: \(reason); the rest of the file is not read", position: mark, bytes: $0,
          size: itemSize))
    }
  }
}
