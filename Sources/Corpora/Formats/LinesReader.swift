import Bytes
import JSON
import Patterns
import Records

/// Lines of text: the named groups of a pattern are the values, or the whole line as `line`.
final class LinesReader: FormatReader {
  private let sink: any RawRecordSink
  private let limits: ReadingLimits
  private let skipsUnmatched: Bool
  private let comment: [UInt8]
  private let matcher: Matcher?
  /// For each path its group; 0, the whole line.
  private let groups: [Int]
  private let record: RawRecord
  private var splitter: LineSplitter

  /// What a path may name.
  static func names(_ pattern: Pattern?) -> [String] {
    (pattern?.names.map(\.name) ?? []) + ["line"]
  }

  init(
    paths: [String], dialect: CorpusDescription.Dialect, limits: ReadingLimits, sink: any RawRecordSink
  ) throws(Diagnostic) {
    self.sink = sink
    self.limits = limits
    skipsUnmatched = dialect.onNoMatch == .skip
    comment = Array((dialect.comment ?? "").utf8)
    matcher = if let pattern = dialect.pattern { try Matcher(pattern) } else { nil }
    groups = paths.map { path in
      dialect.pattern?.names.first { $0.name.utf8.elementsEqual(path.utf8) }?.index ?? 0
    }
    record = RawRecord(pathCount: paths.count)
    splitter = LineSplitter(longest: limits.recordBytes)
  }

  func begin(at offset: Int) { splitter.begin(at: offset) }

  func read(_ bytes: UnsafeRawBufferPointer) throws { try splitter.split(bytes) { try take($0) } }

  func finish() throws { try splitter.finish { try take($0) } }

  private func take(_ line: LineSplitter.Line) throws {
    func refuse(_ reason: String, at position: TextPosition, span: Int = 1) throws {
      try sink.refuse(
        BadRecord(reason: reason, position: position, span: span, bytes: line.bytes, size: line.size))
    }
    if line.isCut { return try refuse(limits.tooLong("the line"), at: line.start) }
    if let fault = UTF8Fault(line.bytes, from: line.start) {
      return try refuse(fault.reason, at: fault.position)
    }
    if !comment.isEmpty, line.bytes.starts(with: comment) { return sink.skip() }
    record.start = line.start
    record.bytes = line.bytes
    guard let matcher else {
      if line.bytes.isEmpty { return sink.skip() }
      for path in groups.indices { record.setText(path, line.bytes, offset: 0) }
      return try sink.take(record)
    }
    var isMatch = false
    do throws(Diagnostic) {
      isMatch = try matcher.match(in: line.bytes)
    } catch {
      return try refuse(error.message, at: line.start)
    }
    guard isMatch else {
      if skipsUnmatched { return sink.skip() }
      return try refuse(
        "the line does not match the pattern ('on_no_match: skip' passes over such lines)", at: line.start)
    }
    for (path, group) in groups.enumerated() {
      if let range = group == 0 ? 0..<line.bytes.count : matcher.range(of: group) {
        record.setText(path, UnsafeRawBufferPointer(rebasing: line.bytes[range]), offset: range.lowerBound)
      } else {
        record.setMissing(path)
      }
    }
    try sink.take(record)
  }
}

/// Bytes that are no UTF-8, told with their place.
struct UTF8Fault {
  var reason: String
  var position: TextPosition

  /// nil for valid text.
  init?(_ bytes: UnsafeRawBufferPointer, from start: TextPosition) {
    guard !UTF8Text.isValid(bytes), let offset = UTF8Check(bytes).invalid else { return nil }
    position = start.advanced(over: UnsafeRawBufferPointer(rebasing: bytes[0..<offset]))
    let found = hexadecimal(bytes[offset..<min(offset + 1, bytes.count)])
    reason =
      "invalid UTF-8: byte 0x\(found) at byte offset \(position.offset) of the file; expected UTF-8 text "
      + "(name another 'encoding', or replace what is invalid with 'invalid_utf8: replace')"
  }
}
