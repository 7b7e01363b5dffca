import Bytes
import Records

/// Follows the elements of a document, finds the records among them and collects their values.
final class XMLRecordMatcher: XMLEvents {
  unowned var parser: XMLPushParser?
  var text = RetainedText()
  /// Bytes of the file that the parser was not given (a byte order mark).
  var leftOut = 0
  private(set) var recordCount = 0
  /// The paths of the first elements, for the message that no record was found.
  private(set) var seen: [String] = []

  private let sink: any RawRecordSink
  private let limits: ReadingLimits
  private let isAnywhere: Bool
  private let recordSteps: [Step]
  private let paths: [Path]
  private var names = XMLNames()
  /// The numbers of the open elements' names, with whether each matches a step's prefix where it has one.
  private var open: [Element] = []
  private var records: [OpenXMLRecord] = []
  private var spare: [OpenXMLRecord] = []
  private var trail: [String] = []

  /// A step with its name's number.
  struct Step {
    /// nil: any name.
    var number: Int32?
    var prefix: [UInt8]?
  }

  struct Path {
    var steps: [Step]
    var ending: XMLFieldPath.Ending
  }

  private struct Element {
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

  /// Where the outermost open record begins in the file, or the place in hand.
  var openRecordStart: Int { records.first?.start.offset ?? offset }

  private var offset: Int { (parser?.offset ?? 0) + leftOut }

  /// Gives up the text that no open record needs.
  func dropText() {
    for record in records where !record.isTooLong && text.end - record.start.offset > limits.recordBytes {
      record.giveUp()
    }
    text.drop(before: records.first { !$0.isTooLong }?.start.offset ?? offset)
  }

  func elementBegins(_ element: XMLElementStart) throws {
    guard open.count < limits.xmlDepth else {
      let place = startOfTag()
      throw XMLFault(
        "elements are nested deeper than \(limits.xmlDepth) levels, the most that is read", line: place.line,
        column: place.column)
    }
    let hasPrefix = element.prefix != nil
    let prefix =
      hasPrefix ? element.prefix.map { Array(UnsafeBufferPointer(start: $0, count: length($0))) } : nil
    open.append(Element(number: names.number(of: element.name), prefix: prefix))
    if recordCount == 0, seen.count < 5 { remember(element.name) }
    for record in records where !record.isTooLong {
      record.elementBegins(element, depth: open.count, paths: paths, matches: matches, offset: offset)
    }
    if isRecord {
      let record = spare.popLast() ?? OpenXMLRecord(pathCount: paths.count)
      record.begin(at: startOfTag(), depth: open.count)
      records.append(record)
      record.elementBegins(element, depth: open.count, paths: paths, matches: matches, offset: offset)
    }
  }

  func elementEnds() throws {
    for record in records where !record.isTooLong { record.elementEnds(depth: open.count, paths: paths) }
    if let record = records.last, record.depth == open.count {
      records.removeLast()
      defer { spare.append(record) }
      recordCount += 1
      let end = offset
      if record.isTooLong {
        try sink.refuse(
          BadRecord(
            reason: limits.tooLong("the record"), position: record.start, size: end - record.start.offset))
      } else {
        try text.withBytes(record.start.offset..<end) { try sink.take(record.finish($0)) }
      }
    }
    if trail.count == open.count { _ = trail.popLast() }
    _ = open.popLast()
  }

  func text(_ bytes: UnsafeRawBufferPointer) throws {
    for record in records where !record.isTooLong {
      record.text(bytes, depth: open.count, paths: paths)
    }
  }

  private var isRecord: Bool {
    guard open.count >= recordSteps.count, isAnywhere || open.count == recordSteps.count else { return false }
    let first = open.count - recordSteps.count
    for (place, step) in recordSteps.enumerated() where !matches(step, open[first + place]) { return false }
    return true
  }

  private func matches(_ step: Step, _ element: Element) -> Bool {
    if let number = step.number, number != element.number { return false }
    return step.prefix == nil || step.prefix == element.prefix
  }

  /// Whether the innermost open element is what a step names.
  private func matches(_ step: Step) -> Bool { open.last.map { matches(step, $0) } ?? false }

  private func remember(_ name: UnsafePointer<UInt8>) {
    trail.append(String(cString: name))
    let path = "/" + trail.joined(separator: "/")
    if !seen.contains(path) { seen.append(path) }
  }

  private func length(_ name: UnsafePointer<UInt8>) -> Int {
    var count = 0
    while name[count] != 0 { count += 1 }
    return count
  }

  /// The place of the `<` of the tag that has just been read.
  private func startOfTag() -> TextPosition {
    let end = offset
    let start = text.lastOffset(of: UInt8(ascii: "<"), before: end) ?? end
    var place = TextPosition(line: parser?.line ?? 1, column: parser?.column ?? 1, offset: start)
    text.withBytes(start..<end) { tag in
      let breaks = tag.count { $0 == 10 }
      place.line -= breaks
      if breaks == 0 {
        place.column -= tag.count { $0 & 0xC0 != 0x80 }
      } else {
        let lineStart = text.lastOffset(of: 10, before: start).map { $0 + 1 } ?? start
        place.column = 1 + text.withBytes(lineStart..<start) { $0.count { $0 & 0xC0 != 0x80 } }
      }
    }
    place.column = max(1, place.column)
    return place
  }
}
