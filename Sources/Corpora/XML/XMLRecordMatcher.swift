import Bytes
import Records

/// Follows the elements of a document, finds the records among them and collects their values.
struct XMLRecordMatcher {
  private(set) var recordCount = 0
  /// The paths of the first elements, for the message that no record was found.
  private(set) var seen: [String] = []

  private let sink: any RawRecordSink
  private let limits: ReadingLimits
  private let isAnywhere: Bool
  private let recordSteps: [Step]
  private let paths: [Path]
  private var names = XMLNames()
  private var kept = RetainedText()
  /// Bytes of the file that the parser was not given (a byte order mark).
  private var leftOut = 0
  private var open: [Element] = []
  private var records: [OpenXMLRecord] = []
  private var spare: [OpenXMLRecord] = []
  private var trail: [String] = []
  private static let mostSeen = 5

  /// A step with its name's number.
  struct Step {
    /// nil: any name.
    var number: Int32?
    var prefix: [UInt8]?

    func matches(_ element: Element) -> Bool {
      if let number, number != element.number { return false }
      return prefix == nil || prefix == element.prefix
    }
  }

  struct Path {
    var steps: [Step]
    var ending: XMLFieldPath.Ending

    var isAttribute: Bool {
      if case .attribute = ending { return true }
      return false
    }
  }

  /// An open element: the number of its name, and its prefix.
  struct Element {
    var number: Int32
    var prefix: [UInt8]?
  }

  init(
    paths: [String], records: XMLRecordPath, limits: ReadingLimits, sink: any RawRecordSink
  ) throws(Diagnostic) {
    self.sink = sink
    self.limits = limits
    isAnywhere = records.isAnywhere
    var names = XMLNames()
    func compiled(_ steps: [XMLStep]) -> [Step] {
      steps.map { Step(number: $0.name.map { names.number(for: $0) }, prefix: $0.prefix) }
    }
    recordSteps = compiled(records.steps)
    var list: [Path] = []
    for path in paths {
      let field = try XMLFieldPath(path)
      list.append(Path(steps: compiled(field.steps), ending: field.ending))
    }
    self.paths = list
    self.names = names
  }

  mutating func begin(at offset: Int) {
    kept.base = offset
    leftOut = offset
  }

  /// Keeps the bytes that the parser is given next.
  mutating func append(_ bytes: UnsafeRawBufferPointer) { kept.append(bytes) }

  /// Offset in the file behind the last byte that was appended.
  var textEnd: Int { kept.end }

  /// The bytes from the outermost open record on, or from the parser's place where none is open.
  func unfinished(_ cursor: XMLCursor) -> ArraySlice<UInt8> {
    kept.suffix(from: records.first?.start.offset ?? cursor.offset + leftOut)
  }

  /// Gives up the text that no open record needs.
  mutating func dropText(_ cursor: XMLCursor) {
    for place in records.indices
    where !records[place].isTooLong && kept.end - records[place].start.offset > limits.recordBytes {
      records[place].giveUp()
    }
    kept.drop(before: records.first { !$0.isTooLong }?.start.offset ?? cursor.offset + leftOut)
  }

  mutating func elementBegins(_ start: XMLElementStart, _ cursor: XMLCursor) throws {
    let offset = cursor.offset + leftOut
    guard open.count < limits.xmlDepth else {
      let place = startOfTag(cursor, endingAt: offset)
      throw XMLFault(
        "elements are nested deeper than \(limits.xmlDepth) levels, the most that is read", line: place.line,
        column: place.column)
    }
    let element = Element(
      number: names.number(of: start.name), prefix: start.prefix.map { XMLNames.bytes($0) })
    open.append(element)
    if recordCount == 0, seen.count < Self.mostSeen { remember(start.name) }
    if isRecord {
      var record = spare.popLast() ?? OpenXMLRecord(pathCount: paths.count)
      record.begin(at: startOfTag(cursor, endingAt: offset), depth: open.count)
      records.append(record)
    }
    for place in records.indices {
      records[place].elementBegins(start, element, depth: open.count, paths: paths, offset: offset)
    }
  }

  mutating func elementEnds(_ cursor: XMLCursor) throws {
    for place in records.indices { records[place].elementEnds(depth: open.count, paths: paths) }
    let isEnd = records.last?.depth == open.count
    if trail.count == open.count { _ = trail.popLast() }
    _ = open.popLast()
    guard isEnd, let record = records.popLast() else { return }
    recordCount += 1
    let range = record.start.offset..<(cursor.offset + leftOut)
    if record.isTooLong {
      try sink.refuse(
        BadRecord(reason: limits.tooLong("the record"), position: record.start, size: range.count))
    } else {
      try kept.withBytes(range) { try sink.take(record.finish($0)) }
    }
    spare.append(record)
  }

  mutating func text(_ bytes: UnsafeRawBufferPointer) {
    for place in records.indices { records[place].text(bytes, depth: open.count, paths: paths) }
  }

  /// Whether the innermost open element is a record.
  private var isRecord: Bool {
    guard open.count >= recordSteps.count, isAnywhere || open.count == recordSteps.count else { return false }
    let first = open.count - recordSteps.count
    for place in recordSteps.indices.reversed() where !recordSteps[place].matches(open[first + place]) {
      return false
    }
    return true
  }

  private mutating func remember(_ name: XMLNames.Name) {
    trail.append(String(cString: name))
    let path = "/" + trail.joined(separator: "/")
    if !seen.contains(path) { seen.append(path) }
  }

  /// The place of the `<` of the tag that has just been read.
  private func startOfTag(_ cursor: XMLCursor, endingAt end: Int) -> TextPosition {
    let start = kept.lastOffset(of: UInt8(ascii: "<"), before: end) ?? end
    var place = TextPosition(line: cursor.line, column: cursor.column, offset: start)
    kept.withBytes(start..<end) { tag in
      let breaks = tag.count { $0 == 10 }
      place.line -= breaks
      if breaks == 0 {
        place.column -= tag.count { $0 & 0xC0 != 0x80 }
      } else {
        let lineStart = kept.lastOffset(of: 10, before: start).map { $0 + 1 } ?? start
        place.column = 1 + kept.withBytes(lineStart..<start) { $0.count { $0 & 0xC0 != 0x80 } }
      }
    }
    place.column = max(1, place.column)
    return place
  }
}
