import Bytes
import Records

/// The elements of an XML document that a path names, streamed; memory holds the record in hand only.
final class XMLRecordReader: FormatReader {
  private let sink: any RawRecordSink
  private let parser: XMLPushParser
  private let records: String
  private var utf8 = UTF8Stream()
  private var declaration = XMLDeclaration()
  private var hasFailed = false

  init(
    paths: [String], records: String, limits: ReadingLimits, sink: any RawRecordSink
  ) throws(Diagnostic) {
    self.sink = sink
    self.records = records
    parser = try XMLPushParser(
      XMLRecordMatcher(paths: paths, records: XMLRecordPath(records), limits: limits, sink: sink))
  }

  func begin(at offset: Int) {
    parser.matcher.begin(at: offset)
    utf8.offset = offset
  }

  func read(_ bytes: UnsafeRawBufferPointer) throws {
    guard !hasFailed else { return }
    let invalid = utf8.check(bytes)
    let valid = invalid.map { max(0, $0 - utf8.start) } ?? bytes.count
    let piece = UnsafeRawBufferPointer(rebasing: bytes[0..<min(valid, bytes.count)])
    declaration.look(at: piece)
    try guarded {
      if !utf8.isASCII, let other = declaration.otherEncoding { throw XMLFault.encoding(other) }
      parser.matcher.append(piece)
      try parser.parse(piece)
      if let invalid { throw XMLFault.invalidUTF8(at: invalid, parser.cursor) }
      parser.matcher.dropText(parser.cursor)
    }
  }

  func finish() throws {
    guard !hasFailed else { return }
    try guarded {
      if utf8.isCut { throw XMLFault.invalidUTF8(at: utf8.offset, parser.cursor) }
      try parser.finish()
    }
    guard !hasFailed, parser.matcher.recordCount == 0 else { return }
    let seen = parser.matcher.seen.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
    throw DescriptionFault.records(
      "there is no element at '\(records)'; the document begins with \(seen.isEmpty ? "nothing" : seen)")
  }

  /// A document that is not well-formed ends there: what follows cannot be told apart.
  private func guarded(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let fault as XMLFault {
      hasFailed = true
      let bytes = parser.matcher.unfinished(parser.cursor)
      try bytes.withUnsafeBytes { bytes in
        try sink.refuse(
          BadRecord(
            reason: fault.reason + "; the rest of the file is not read",
            position: TextPosition(line: fault.line, column: fault.column, offset: parser.matcher.textEnd),
            bytes: bytes, size: bytes.count))
      }
    }
  }
}
