import Bytes
import Records

/// Follows the elements of a document, finds the records among them and collects their values.
final class XMLRecordMatcher {
  @exclusivity(unchecked) private(set) var recordCount = 0
  /// The paths of the first elements, for the message that no record was found.
  private(set) var seen: [String] = []

  private let sink: any RawRecordSink
  private let limits: ReadingLimits
  private let isAnywhere: Bool
  private let recordSteps: [Step]
  private let paths: XMLValuePaths
  @exclusivity(unchecked) private var names: XMLNames
  @exclusivity(unchecked) private var kept = RetainedText()
  /// Bytes of the file that the parser was not given (a byte order mark).
  @exclusivity(unchecked) private var leftOut = 0
  /// The open elements, the root first; room for as many as may be open.
  private let open: UnsafeMutablePointer<Element>
  @exclusivity(unchecked) private var depth = 0
  /// The open records, the outermost first; all that were ever open are kept by `all`.
  @exclusivity(unchecked) private var records: [Unmanaged<OpenXMLRecord>] = []
  @exclusivity(unchecked) private var spare: [Unmanaged<OpenXMLRecord>] = []
  private var all: [OpenXMLRecord] = []
  private var trail: [String] = []
  private static let mostSeen = 5

  /// A step with its name's number.
  private struct Step {
    var number: Int32
    var prefix: [UInt8]?

    func matches(_ element: Element) -> Bool {
      guard number == element.number || number == XMLValuePaths.any else { return false }
      guard let prefix else { return true }
      return element.prefix.map { XMLNames.equal(prefix, $0) } ?? false
    }
  }

  /// An open element: the number of its name, and its prefix, which the parser keeps as long as the document.
  struct Element {
    var number: Int32
    var prefix: XMLNames.Name?
  }

  init(
    paths: [String], records: XMLRecordPath, limits: ReadingLimits, sink: any RawRecordSink
  ) throws(Diagnostic) {
    self.sink = sink
    self.limits = limits
    isAnywhere = records.isAnywhere
    var names = XMLNames()
    recordSteps = records.steps.map {
      Step(number: $0.name.map { names.number(for: $0) } ?? XMLValuePaths.any, prefix: $0.prefix)
    }
    var fields: [XMLFieldPath] = []
    for path in paths { fields.append(try XMLFieldPath(path)) }
    self.paths = XMLValuePaths(fields, &names)
    self.names = names
    open = .allocate(capacity: limits.xmlDepth + 1)
  }

  deinit { open.deallocate() }

  func begin(at offset: Int) {
    kept.base = offset
    leftOut = offset
  }

  /// Keeps the bytes that the parser is given next.
  func append(_ bytes: UnsafeRawBufferPointer) { kept.append(bytes) }

  /// Offset in the file behind the last byte that was appended.
  var textEnd: Int { kept.end }

  /// The bytes from the outermost open record on, or from the parser's place where none is open.
  func unfinished(_ cursor: XMLCursor) -> ArraySlice<UInt8> {
    kept.suffix(from: records.first?._withUnsafeGuaranteedRef { $0.start.offset } ?? cursor.offset + leftOut)
  }

  /// Gives up the text that no open record needs.
  func dropText(_ cursor: XMLCursor) {
    var first: Int?
    for one in records {
      one._withUnsafeGuaranteedRef { record in
        if !record.isTooLong, kept.end - record.start.offset > limits.recordBytes { record.giveUp() }
        if first == nil, !record.isTooLong { first = record.start.offset }
      }
    }
    kept.drop(before: first ?? cursor.offset + leftOut)
  }

  func elementBegins(_ start: XMLElementStart, _ cursor: XMLCursor) throws {
    guard depth < limits.xmlDepth else {
      let place = startOfTag(cursor, endingAt: cursor.offset + leftOut)
      throw XMLFault(
        "elements are nested deeper than \(limits.xmlDepth) levels, the most that is read", line: place.line,
        column: place.column)
    }
    let element = Element(number: names.number(of: start.name), prefix: start.prefix)
    open[depth] = element
    depth &+= 1
    if recordCount == 0, seen.count < Self.mostSeen { remember(start.name) }
    if isRecord {
      let record = spare.popLast() ?? made()
      let start = startOfTag(cursor, endingAt: cursor.offset + leftOut)
      record._withUnsafeGuaranteedRef { $0.begin(at: start, depth: depth) }
      records.append(record)
    }
    for place in 0..<records.count {
      records[place]._withUnsafeGuaranteedRef {
        $0.elementBegins(start, element, below: depth &- $0.depth, cursor, leftOut: leftOut)
      }
    }
  }

  private func made() -> Unmanaged<OpenXMLRecord> {
    let record = OpenXMLRecord(paths)
    all.append(record)
    return .passUnretained(record)
  }

  func elementEnds(_ cursor: XMLCursor) throws {
    let count = records.count
    var isEnd = false
    for place in 0..<count {
      records[place]._withUnsafeGuaranteedRef { record in
        record.elementEnds(below: depth &- record.depth) {
          let end = cursor.offset + leftOut
          return kept.lastOffset(of: UInt8(ascii: "<"), before: end) ?? end
        }
        isEnd = record.depth == depth
      }
    }
    if trail.count == depth { _ = trail.popLast() }
    depth = max(0, depth &- 1)
    guard isEnd, let record = records.popLast() else { return }
    recordCount += 1
    try record._withUnsafeGuaranteedRef { try give($0, end: cursor.offset + leftOut) }
    spare.append(record)
  }

  private func give(_ record: OpenXMLRecord, end: Int) throws {
    let range = record.start.offset..<max(record.start.offset, end)
    if record.isTooLong || range.count > limits.recordBytes {
      try sink.refuse(
        BadRecord(reason: limits.tooLong("the record"), position: record.start, size: range.count))
    } else {
      try kept.withBytes(range) { try record.finish($0, sink.take) }
    }
  }

  func text(_ bytes: UnsafeRawBufferPointer) {
    for place in 0..<records.count {
      records[place]._withUnsafeGuaranteedRef { $0.text(bytes, below: depth &- $0.depth) }
    }
  }

  /// Whether the innermost open element is a record.
  private var isRecord: Bool {
    let count = recordSteps.count
    guard isAnywhere ? depth >= count : depth == count else { return false }
    let first = depth &- count
    for place in stride(from: count &- 1, through: 0, by: -1)
    where !recordSteps[place].matches(open[first &+ place]) {
      return false
    }
    return true
  }

  private func remember(_ name: XMLNames.Name) {
    trail.append(String(cString: name))
    let path = "/" + trail.joined(separator: "/")
    if !seen.contains(path) { seen.append(path) }
  }

  /// The place of the `<` of the tag that has just been read.
  private func startOfTag(_ cursor: XMLCursor, endingAt end: Int) -> TextPosition {
    let start = kept.lastOffset(of: UInt8(ascii: "<"), before: end) ?? end
    var place = TextPosition(line: cursor.line, column: cursor.column, offset: start)
    kept.withBytes(start..<end) { tag in
      let breaks = TextLoops.count(tag, of: 10)
      place.line -= breaks
      if breaks == 0 {
        place.column -= TextLoops.scalars(tag)
      } else {
        let lineStart = kept.lastOffset(of: 10, before: start).map { $0 + 1 } ?? start
        place.column = 1 + kept.withBytes(lineStart..<start) { TextLoops.scalars($0) }
      }
    }
    place.column = max(1, place.column)
    return place
  }
}
