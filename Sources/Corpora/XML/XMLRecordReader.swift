import Bytes
import Records

/// The elements of an XML document that a path names, streamed; memory holds the record in hand only.
final class XMLRecordReader: FormatReader {
  private let matcher: XMLRecordMatcher
  private let sink: any RawRecordSink
  private let parser: XMLPushParser
  private let records: String
  private var utf8 = UTF8Stream()
  private var hasFailed = false

  init(
    paths: [String], records: String, limits: ReadingLimits, sink: any RawRecordSink
  ) throws(Diagnostic) {
    self.sink = sink
    self.records = records
    matcher = try XMLRecordMatcher(paths: paths, records: XMLRecordPath(records), limits: limits, sink: sink)
    parser = try XMLPushParser(events: matcher)
    matcher.parser = parser
  }

  func begin(at offset: Int) {
    matcher.text.base = offset
    matcher.leftOut = offset
    utf8.offset = offset
  }

  func read(_ bytes: UnsafeRawBufferPointer) throws {
    guard !hasFailed else { return }
    let invalid = utf8.check(bytes)
    let valid = invalid.map { max(0, $0 - utf8.start) } ?? bytes.count
    let piece = UnsafeRawBufferPointer(rebasing: bytes[0..<min(valid, bytes.count)])
    try guarded {
      matcher.text.append(piece)
      try parser.parse(piece)
      if let invalid { throw XMLFault.invalidUTF8(at: invalid, parser) }
      matcher.dropText()
    }
  }

  func finish() throws {
    guard !hasFailed else { return }
    try guarded {
      if utf8.isCut { throw XMLFault.invalidUTF8(at: utf8.offset, parser) }
      try parser.finish()
    }
    guard !hasFailed, matcher.recordCount == 0 else { return }
    let seen = matcher.seen.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
    throw DescriptionFault.records(
      "there is no element at '\(records)'; the document begins with \(seen.isEmpty ? "nothing" : seen)")
  }

  /// A document that is not well-formed ends there: what follows cannot be told apart.
  private func guarded(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let fault as XMLFault {
      hasFailed = true
      let bytes = matcher.text.suffix(from: matcher.openRecordStart)
      try bytes.withUnsafeBytes { bytes in
        try sink.refuse(
          BadRecord(
            reason: fault.reason + "; the rest of the file is not read",
            position: TextPosition(line: fault.line, column: fault.column, offset: matcher.text.end),
            bytes: bytes, size: bytes.count))
      }
    }
  }
}
