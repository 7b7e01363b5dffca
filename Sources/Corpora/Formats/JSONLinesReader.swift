import Bytes
import JSON
import Records

/// One JSON value a line; blank lines are passed over.
final class JSONLinesReader: FormatReader {
  private let sink: any RawRecordSink
  private let limits: ReadingLimits
  private let values: JSONValueReader
  private var splitter: LineSplitter

  init(paths: [String], limits: ReadingLimits, sink: any RawRecordSink) throws(Diagnostic) {
    self.sink = sink
    self.limits = limits
    values = try JSONValueReader(paths: paths, sink: sink)
    splitter = LineSplitter(longest: limits.recordBytes)
  }

  func begin(at offset: Int) { splitter.begin(at: offset) }

  func read(_ bytes: UnsafeRawBufferPointer) throws { try splitter.split(bytes) { try take($0) } }

  func finish() throws { try splitter.finish { try take($0) } }

  private func take(_ line: LineSplitter.Line) throws {
    if line.isCut {
      return try sink.refuse(
        BadRecord(
          reason: limits.tooLong("the line"), position: line.start, bytes: line.bytes, size: line.size))
    }
    if line.bytes.first == UInt8(ascii: "{") { return try values.take(line.bytes, at: line.start) }
    guard line.bytes.contains(where: { $0 != 32 && $0 != 9 && $0 != 13 }) else { return }
    try values.take(line.bytes, at: line.start)
  }
}

/// Makes a raw record of the text of one JSON value.
final class JSONValueReader {
  private let sink: any RawRecordSink
  private let parser: JSONParser
  private let paths: [JSONPath]
  private let record: RawRecord
  /// The places of the record's values. Most records have the keys of the one before, in the same order, so what
  /// depends on the keys is worked out once for all of them.
  private let fields = PackedFields()
  @exclusivity(unchecked) private var layout: FieldLayout?
  /// For each path the place of its key in the layout; -1: the path leads on, or the key is not there.
  private let places: UnsafeMutableBufferPointer<Int>
  /// A key that the layout holds twice.
  private var repeated: String?
  /// Lists that paths with a `*` gather.
  private var gathered = ByteBuffer()
  private let gathers: Bool

  init(paths: [String], sink: any RawRecordSink) throws(Diagnostic) {
    self.sink = sink
    parser = try JSONParser()
    var compiled: [JSONPath] = []
    for path in paths { compiled.append(try JSONPath(path)) }
    self.paths = compiled
    gathers = compiled.contains(where: \.gathers)
    record = RawRecord(pathCount: paths.count)
    places = .allocate(capacity: paths.count)
    places.initialize(repeating: -1)
  }

  deinit { places.deallocate() }

  func take(_ bytes: UnsafeRawBufferPointer, at start: TextPosition) throws {
    // What simdjson takes is valid UTF-8.
    if let packed = parser.packed(bytes) { return try take(packed, of: bytes, at: start) }
    func refuse(_ reason: String, at position: TextPosition) throws {
      try sink.refuse(BadRecord(reason: reason, position: position, bytes: bytes, size: bytes.count))
    }
    if let fault = UTF8Fault(bytes, from: start) { return try refuse(fault.reason, at: fault.position) }
    let value: Value
    do throws(Diagnostic) {
      value = try parser.parse(bytes)
    } catch {
      return try refuse(error.message, at: start.moved(to: error.location))
    }
    var buffer = ByteBuffer(capacity: bytes.count)
    PackedValue.append(value, to: &buffer)
    try buffer.withBytes { try take($0, of: bytes, at: start) }
  }

  private func take(
    _ packed: UnsafeRawBufferPointer, of bytes: UnsafeRawBufferPointer, at start: TextPosition
  ) throws {
    guard packed.first == PackedValue.Tag.dictionary || packed.first == PackedValue.Tag.list else {
      let found = PackedValue.read(packed).value.described
      return try sink.refuse(
        BadRecord(
          reason: "expected an object or a list as a record, found \(found)", position: start, bytes: bytes,
          size: bytes.count))
    }
    let isObject = packed.first == PackedValue.Tag.dictionary && fields.read(packed)
    if isObject, fields.layout !== layout { learn(fields.layout) }
    if isObject, let repeated { sink.noteRepeatedKey(repeated, at: start) }
    record.start = start
    record.bytes = bytes
    if gathers { return try takeGathered(packed) }
    for path in 0..<places.count {
      if isObject, places[path] >= 0 {
        let value = fields.value(places[path])
        record.setPacked(path, UnsafeRawBufferPointer(rebasing: value[..<PackedValue.size(value)]))
      } else if let found = paths[path].packed(in: packed) {
        record.setPacked(path, found)
      } else {
        record.setMissing(path)
      }
    }
    try sink.take(record)
  }

  /// Finds the paths' keys among those of a record; of a key that occurs twice the last one counts.
  private func learn(_ layout: FieldLayout) {
    self.layout = layout
    for (path, one) in paths.enumerated() {
      places[path] = one.key.flatMap { key in layout.keys.lastIndex { $0.utf8.elementsEqual(key) } } ?? -1
    }
    repeated = nil
    guard layout.hasDuplicates else { return }
    var seen: Set<[UInt8]> = []
    repeated = layout.keys.first { !seen.insert(Array($0.utf8)).inserted }
  }

  private func takeGathered(_ packed: UnsafeRawBufferPointer) throws {
    gathered.removeAll()
    var ranges: [Range<Int>?] = []
    for path in paths {
      let begin = gathered.count
      guard let value = path.value(in: packed) else {
        ranges.append(nil)
        continue
      }
      PackedValue.append(value, to: &gathered)
      ranges.append(begin..<gathered.count)
    }
    try gathered.withBytes { bytes in
      for (place, range) in ranges.enumerated() {
        if let range {
          record.setPacked(place, UnsafeRawBufferPointer(rebasing: bytes[range]))
        } else {
          record.setMissing(place)
        }
      }
      try sink.take(record)
    }
  }
}

extension TextPosition {
  /// A place that was counted in a text of its own, as a place in the file in which the text begins here.
  fileprivate func moved(to inner: SourceLocation?) -> TextPosition {
    guard let inner, inner.line > 0 else { return self }
    var place = self
    place.line += inner.line - 1
    place.column = inner.line == 1 ? column + max(1, inner.column) - 1 : max(1, inner.column)
    return place
  }
}
