import Bytes
import Records

/// Rows of values with a separator between them (RFC 4180, or tab-separated values without quotes).
final class DelimitedReader: FormatReader {
  private let sink: any RawRecordSink
  private let limits: ReadingLimits
  private let paths: [String]
  private let splitter: RowSplitter
  /// The names of the columns, nil until the header has been read.
  private var columns: [String]?
  /// For each path its column.
  private var places: [Int] = []
  private let record: RawRecord
  /// The values of a row that do not stand in it as they are.
  private var rewritten = ByteBuffer()

  init(
    paths: [String], dialect: CorpusDescription.Dialect, limits: ReadingLimits, sink: any RawRecordSink
  ) throws {
    self.sink = sink
    self.limits = limits
    self.paths = paths
    let marks = RowSplitter.Marks(
      separator: dialect.separator, quote: dialect.quotes ? dialect.quote : nil, escape: dialect.escape,
      comment: Array((dialect.comment ?? "").utf8))
    splitter = RowSplitter(marks, longest: limits.recordBytes)
    record = RawRecord(pathCount: paths.count)
    if let columns = dialect.columns { try name(columns) }
  }

  func begin(at offset: Int) { splitter.begin(at: offset) }

  func read(_ bytes: UnsafeRawBufferPointer) throws { try splitter.split(bytes) { try take($0) } }

  func finish() throws { try splitter.finish { try take($0) } }

  private func name(_ columns: [String]) throws {
    self.columns = columns
    places = try paths.enumerated().map { path, name in
      guard let place = columns.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) else {
        throw DescriptionFault.column(path: path, columns: columns)
      }
      return place
    }
  }

  private func take(_ row: RowSplitter.Row) throws {
    // A line with nothing on it separates rows and is none, as Python's csv and RFC 4180's readers have it.
    if row.isBlank { return }
    func refuse(_ reason: String, at position: TextPosition) throws {
      try sink.refuse(BadRecord(reason: reason, position: position, bytes: row.bytes, size: row.size))
    }
    if row.isCut { return try refuse(limits.tooLong("the row"), at: row.start) }
    if row.isComment { return sink.skip() }
    if let fault = row.fault { return try refuse(fault.reason, at: row.position(fault.offset)) }
    if !row.isValid, let fault = UTF8Fault(row.bytes, from: row.start) {
      return try refuse(fault.reason, at: fault.position)
    }
    guard let columns else { return try header(row) }
    guard splitter.valueCount == columns.count else {
      let count = splitter.valueCount
      let found = "found \(count) \(count == 1 ? "value" : "values") in the row"
      let names = columns.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
      return try refuse(
        "\(found), expected \(columns.count) as there are columns (\(names)\(columns.count > 8 ? ", …" : ""))",
        at: row.start)
    }
    record.start = row.start
    record.bytes = row.bytes
    rewritten.removeAll()
    for path in places.indices {
      let value = splitter.values[places[path]]
      record.setText(path, text(value, row), offset: value.start)
    }
    try sink.take(record)
  }

  /// The text of a value, in the row or in `rewritten`, whose memory stays where it is until the next row.
  private func text(_ value: RowSplitter.Place, _ row: RowSplitter.Row) -> UnsafeRawBufferPointer {
    let inset = value.isQuoted ? 1 : 0
    let inside = UnsafeRawBufferPointer(
      rebasing: row.bytes[(value.start + inset)..<max(value.start + inset, value.end - inset)])
    guard value.needsWork else { return inside }
    // No value grows, so all of them together fit.
    if rewritten.count == 0 { rewritten.reserve(row.bytes.count) }
    let begin = rewritten.count
    let (quote, escape) = (value.isQuoted ? splitter.marks.quote : nil, splitter.marks.escape)
    var isTaken = false
    for byte in inside {
      if !isTaken, byte == escape || byte == quote {
        isTaken = true
        continue
      }
      isTaken = false
      rewritten.append(byte)
    }
    return rewritten.withBytes { UnsafeRawBufferPointer(rebasing: $0[begin...]) }
  }

  private func header(_ row: RowSplitter.Row) throws {
    rewritten.removeAll()
    let names = (0..<splitter.valueCount).map {
      String(decoding: text(splitter.values[$0], row), as: UTF8.self)
    }
    for (place, name) in names.enumerated() where names[..<place].contains(name) {
      throw DescriptionFault.records(
        "the header names the column '\(name)' twice; list the columns with 'columns'")
    }
    try name(names)
  }
}
