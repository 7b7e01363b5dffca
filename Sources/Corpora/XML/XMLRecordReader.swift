import Bytes
import JSON
import Records

/// The elements of an XML document that a path names, streamed; memory holds the record in hand only.
final class XMLRecordReader: FormatReader {
  private let sink: any RawRecordSink
  private let parser: XMLPushParser
  private let records: String
  private var utf8 = UTF8Stream()
  private var declaration = XMLDeclaration()
  /// Whether the text comes decoded, whatever the document says of its encoding.
  private var isDecoded = false
  /// Decodes what the document says is in another encoding that is read.
  private var decoder: TextDecoder?
  /// The place behind all that the parser was given, from 1, in scalars; the parser's own is behind by what it
  /// keeps for later, which depends on how the file is cut.
  private var line = 1
  private var column = 1
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

  func beginDecoded() { isDecoded = true }

  func read(_ bytes: UnsafeRawBufferPointer) throws {
    guard !hasFailed else { return }
    guard !declaration.isDone else { return try readDeclared(bytes) }
    // The declaration decides how the first byte beyond ASCII is taken, so it must be known before.
    declaration.look(at: bytes)
    if declaration.isDone {
      try readHead()
    }
  }

  /// Reads what waited for the declaration.
  private func readHead() throws {
    let head = declaration.takeHead()
    let name = declaration.otherEncoding.flatMap(TextEncoding.init(name:))
    // What is read so far was ASCII, so the document is in no encoding of two bytes a character.
    if !isDecoded, name == .latin1 || name == .windows1252, let name {
      decoder = TextDecoder(name, replaces: false)
    }
    try head.withUnsafeBytes(readDeclared)
  }

  private func readDeclared(_ bytes: UnsafeRawBufferPointer) throws {
    if let decoder { try decoder.decode(bytes, readText) } else { try readText(bytes) }
  }

  private func readText(_ bytes: UnsafeRawBufferPointer) throws {
    var invalid: Int?
    if declaration.otherEncoding == nil, !utf8.isCut, UTF8Text.isValid(bytes) {
      utf8.skip(valid: bytes)
    } else {
      invalid = utf8.check(bytes)
    }
    let other = utf8.isASCII || isDecoded || decoder != nil ? nil : declaration.otherEncoding
    var end = invalid.map { min(max(0, $0 - utf8.start), bytes.count) } ?? bytes.count
    if other != nil { end = bytes[..<end].firstIndex { $0 >= 0x80 } ?? end }
    // libxml2 finds them as well, but when depends on how the file is cut.
    var control: UInt8?
    if TextLoops.hasControls(UnsafeRawBufferPointer(rebasing: bytes[..<end])) {
      end = bytes[..<end].firstIndex { $0 < 32 && $0 != 9 && $0 != 10 && $0 != 13 } ?? end
      control = bytes[end]
    }
    let piece = UnsafeRawBufferPointer(rebasing: bytes[..<end])
    try guarded {
      parser.matcher.append(piece)
      try parser.parse(piece)
      pass(piece)
      if let control {
        try flush()
        throw XMLFault.control(control, line: line, column: column)
      }
      if let other { throw XMLFault.encoding(other) }
      if let invalid {
        try flush()
        throw invalidUTF8(at: invalid, isCut: invalid < utf8.start)
      }
      parser.matcher.dropText(parser.cursor)
    }
  }

  /// What the parser keeps for later may hold a fault on a line before: that one is told. That the document ends
  /// is none, as it was cut here, wherever libxml2 believes that to be.
  private func flush() throws {
    do {
      try parser.finish()
    } catch let fault as XMLFault {
      if fault.line < line, !fault.isEarlyEnd { throw fault }
    }
  }

  /// Moves the place over a piece, a line feed or the end of the last line at a time.
  private func pass(_ piece: UnsafeRawBufferPointer) {
    var tail = piece[...]
    if let last = piece.lastIndex(of: 10) {
      line += TextLoops.count(UnsafeRawBufferPointer(rebasing: piece[...last]), of: 10)
      column = 1
      tail = piece[(last + 1)...]
    }
    column += TextLoops.scalars(UnsafeRawBufferPointer(rebasing: tail))
  }

  /// - Parameter isCut: whether the parser was already given the beginning of the malformed sequence.
  private func invalidUTF8(at offset: Int, isCut: Bool) -> XMLFault {
    XMLFault.invalidUTF8(at: offset, line: line, column: isCut ? column - 1 : column)
  }

  func finish() throws {
    if !declaration.isDone {
      if !hasFailed { try readHead() }
    }
    guard !hasFailed else { return }
    try guarded {
      if utf8.isCut { throw invalidUTF8(at: utf8.offset, isCut: true) }
      do {
        try parser.finish()
      } catch var fault as XMLFault {
        // libxml2's own count goes wrong in long lines, by how the file was cut.
        if fault.isEarlyEnd { (fault.line, fault.column) = (line, column) }
        throw fault
      }
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
