import Bytes
import Compression
import JSON
import Records

/// Files whose lines belong together, the first of one to the first of the others: as parallel texts and files
/// of labels are.
struct AlignedLines: ~Copyable {
  /// One of the files, a line at a time.
  private final class Column: FormatReader {
    let path: String
    private var file: LineSource
    /// Lines that were read and not yet given, one after the other, each with its length in front.
    private var splitter: LineSplitter
    fileprivate var waiting: [(start: TextPosition, size: Int, isCut: Bool, range: Range<Int>)] = []
    fileprivate var texts = ByteBuffer()
    fileprivate var next = 0

    init(_ path: String, _ file: consuming LineSource, longest: Int) {
      self.path = path
      self.file = file
      splitter = LineSplitter(longest: longest)
    }

    /// Reads on until there is a line; false at the end.
    func fill() throws -> Bool {
      guard next == waiting.count else { return true }
      waiting.removeAll(keepingCapacity: true)
      texts.removeAll()
      next = 0
      while waiting.isEmpty, try file.read(into: self) {}
      return !waiting.isEmpty
    }

    func begin(at offset: Int) { splitter.begin(at: offset) }
    func read(_ bytes: UnsafeRawBufferPointer) throws { splitter.split(bytes, keep) }
    func finish() throws { splitter.finish(keep) }

    private func keep(_ line: LineSplitter.Line) {
      let start = texts.count
      texts.append(line.bytes)
      waiting.append((line.start, line.size, line.isCut, start..<texts.count))
    }

    func count() throws -> Int {
      var lines = waiting.count - next
      next = waiting.count
      while try fill() {
        lines += waiting.count
        next = waiting.count
      }
      return lines
    }

    func input(named name: String) -> CorpusSummary.Input { file.input(named: name) }
  }

  private let columns: [Column]
  private let names: [String]
  private let limits: ReadingLimits

  /// - Parameter files: for each name the file, the name that summaries use, and the text of it.
  init(_ files: [(name: String, path: String)], limits: ReadingLimits, _ open: (String) throws -> LineSource)
    throws
  {
    self.limits = limits
    names = files.map(\.name)
    columns = try files.map { Column($0.path, try open($0.path), longest: limits.recordBytes) }
  }

  /// Gives each line of all files together to the sink.
  ///
  /// - Parameter paths: names of the files, in the order of the record's slots.
  func read(paths: [String], to sink: any RawRecordSink, isCounted: Bool = true) throws {
    let places = paths.map { path in names.firstIndex { $0.utf8.elementsEqual(path.utf8) } ?? 0 }
    let record = RawRecord(pathCount: paths.count)
    var line = 0
    while true {
      var present = 0
      for column in columns where try column.fill() { present += 1 }
      guard present == columns.count else {
        if present > 0 { try tellUneven(line) }
        return
      }
      line += 1
      try take(places, record, to: sink)
      for column in columns { column.next += 1 }
    }
  }

  private func tellUneven(_ line: Int) throws {
    let counts = try columns.map { "'\($0.path)' has \(line + (try $0.count()))" }
    throw Diagnostic(
      "aligned files must have as many lines as each other, found: \(counts.joined(separator: ", ")) lines; "
        + "mend the files")
  }

  private func take(_ places: [Int], _ record: RawRecord, to sink: any RawRecordSink) throws {
    for column in columns {
      let line = column.waiting[column.next]
      let fault: (String, TextPosition)? = column.texts.withBytes { texts in
        if line.isCut { return (limits.tooLong("the line"), line.start) }
        return UTF8Fault(UnsafeRawBufferPointer(rebasing: texts[line.range]), from: line.start)
          .map { ($0.reason, $0.position) }
      }
      guard let fault else { continue }
      return try column.texts.withBytes { texts in
        try sink.refuse(
          BadRecord(
            reason: "\(column.path): \(fault.0)", position: fault.1,
            bytes: UnsafeRawBufferPointer(rebasing: texts[line.range]), size: line.size))
      }
    }
    record.start = columns[0].waiting[columns[0].next].start
    record.bytes = line(0)
    for (path, place) in places.enumerated() { record.setText(path, line(place), offset: -1) }
    try sink.take(record)
  }

  /// Valid until the next line is read.
  private func line(_ place: Int) -> UnsafeRawBufferPointer {
    let column = columns[place]
    return column.texts.withBytes {
      UnsafeRawBufferPointer(rebasing: $0[column.waiting[column.next].range])
    }
  }

  /// What was read, under these names.
  func inputs(named names: [String]) -> [CorpusSummary.Input] {
    zip(columns, names).map { $0.input(named: $1) }
  }
}

/// The text of a file, decompressed and decoded, a piece at a time.
struct LineSource: ~Copyable {
  private var file: DecompressedFile
  private var opening: TextOpening
  private var isOver = false

  init(
    _ path: String, chunk: Int, encoding: TextEncoding?, replaces: Bool, hashing: Bool = false
  ) throws(Diagnostic) {
    file = try DecompressedFile(path: path, chunk: chunk, hashing: hashing)
    opening = TextOpening(encoding: encoding, replaces: replaces)
  }

  /// Gives the next piece to the reader; false when all has been given.
  mutating func read(into reader: any FormatReader) throws -> Bool {
    guard !isOver else { return false }
    var opening = opening
    do {
      let isMore = try file.next { try opening.pass($0, to: reader) }
      if !isMore {
        isOver = true
        try opening.finish(reader)
      }
    } catch let fault as TextDecoder.Fault {
      throw Diagnostic(fault.reason, at: SourceLocation(path: file.path))
    }
    self.opening = opening
    return true
  }

  func input(named name: String) -> CorpusSummary.Input {
    CorpusSummary.Input(path: name, bytes: file.fileBytes, sha256: file.finishHash() ?? "")
  }
}
