import Bytes
import Records

/// Rows of values with a separator between them (RFC 4180, or tab-separated values without quotes).
final class DelimitedReader: FormatReader {
  private let sink: any RawRecordSink
  private let limits: ReadingLimits
  private let paths: [String]
  private var splitter: RowSplitter
  /// The names of the columns, nil until the header has been read.
  private var columns: [String]?
  /// For each path its column.
  private var places: [Int] = []
  private let record: RawRecord

  init(
    paths: [String], separator: UInt8, dialect: CorpusDescription.Dialect, limits: ReadingLimits,
    sink: any RawRecordSink
  ) throws {
    self.sink = sink
    self.limits = limits
    self.paths = paths
    splitter = RowSplitter(separator: separator, quotes: dialect.quotes, longest: limits.recordBytes)
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
    if let fault = row.fault { return try refuse(fault.reason, at: row.position(fault.offset)) }
    if let fault = UTF8Fault(row.bytes, from: row.start) {
      return try refuse(fault.reason, at: fault.position)
    }
    guard let columns else { return try header(row, refuse) }
    guard row.values.count == columns.count else {
      let found = "found \(row.values.count) \(row.values.count == 1 ? "value" : "values") in the row"
      let names = columns.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
      return try refuse(
        "\(found), expected \(columns.count) as there are columns (\(names)\(columns.count > 8 ? ", …" : ""))",
        at: row.start)
    }
    record.start = row.start
    record.bytes = row.bytes
    for (path, column) in places.enumerated() {
      record.values[path] = .string(row.text(row.values[column]))
      record.offsets[path] = row.values[column].range.lowerBound
    }
    try sink.take(record)
  }

  private func header(
    _ row: RowSplitter.Row, _ refuse: (String, TextPosition) throws -> Void
  ) throws {
    let names = row.values.map { row.text($0) }
    for (place, name) in names.enumerated() where names[..<place].contains(name) {
      throw DescriptionFault.records(
        "the header names the column '\(name)' twice; list the columns with 'columns'")
    }
    try name(names)
  }
}
