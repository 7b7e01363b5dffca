public import Bytes
import Compression
public import Records
import YAML

/// Why a record could not be put to a filter.
public struct FilterFailure: Error {
  public var reason: String

  public init(reason: String) { self.reason = reason }
}

/// Reads the files of a corpus and makes records of them, streaming: memory grows with a `limit` and, by 16
/// bytes a record, with `dedupe`, but not with the files.
public struct CorpusReader {
  /// Whether a record is wanted. The description's `filter` is an expression of the template language, which is
  /// not known here: whoever reads a corpus brings it compiled.
  public typealias Filter = (PackedValues) throws(FilterFailure) -> Bool

  /// Bytes read at a time.
  package var chunk = 1 << 18
  var limits = ReadingLimits()
  /// Where fetched files are.
  package var cache = DownloadCache()
  private let filter: Filter?
  /// Told of each bad record that does not stop the reading: where it is, and why.
  public var onBadRecord: ((SourceLocation, String) -> Void)?
  /// Whether the files' SHA-256 is worked out; without it `Input.sha256` is empty.
  public var hashesInputs = true
  /// Whether a corpus without any record is none of the reader's concern.
  public var allowsNone = false

  /// - Parameter filter: must be given for a description that has a `filter`.
  public init(filter: Filter? = nil) { self.filter = filter }

  /// - Parameter recordBytes: the length of a record in its file beyond which it is a bad one.
  package init(recordBytes: Int) {
    filter = nil
    limits.recordBytes = recordBytes
  }

  /// Gives every record to `body`, in the order of the files (as far as no `limit` waits for their end).
  ///
  /// - Parameters:
  ///   - quarantine: where bad records are written under `on_bad_record: quarantine`, as JSON lines; the
  ///     file appears only if there are any. nil: they are only counted.
  /// - Throws: a `Diagnostic` for a missing file, a file that is not what the description says, and, under
  ///   `on_bad_record: stop`, the first bad record with its file, line and column; and what `body` throws.
  @discardableResult
  public func read(
    _ description: CorpusDescription, quarantine: String? = nil, into body: (Record) throws -> Void
  ) throws -> CorpusSummary {
    try readPacked(description, quarantine: quarantine) { values, split, group in
      try body(Record(values: values.values, split: split, group: group))
    }
  }

  /// The same with the values of the records packed, which takes less time.
  @discardableResult
  public func readPacked(
    _ description: CorpusDescription, quarantine: String? = nil,
    into body: (_ values: PackedValues, _ split: Split?, _ group: UInt64?) throws -> Void
  ) throws -> CorpusSummary {
    if let source = description.filter, filter == nil {
      throw Diagnostic(
        "the corpus '\(description.name)' has the filter '\(source)', which this reading does not know")
    }
    var aside: QuarantineFile? = QuarantineFile(path: quarantine, limits: limits)
    defer { aside = nil }
    let summary = try withoutActuallyEscaping(body) { body in
      var bad = 0
      var paths: [String: String] = [:]
      let intake = RecordIntake(description, filter: filter) { one, file in
        guard description.onBadRecord == .quarantine else {
          throw Self.stop(one, description, file, paths[file] ?? description.resolve(file))
        }
        try aside?.add(one, in: file)
        onBadRecord?(
          SourceLocation(path: file, line: one.position.line, column: one.position.column), one.reason)
        bad += 1
        if case .count(let most)? = description.mostBad, bad > most {
          try aside?.commit()
          throw Self.tooManyBad(description, bad, one, file)
        }
      } deliver: { values, split, group in
        try body(values, split, group)
      }
      for source in description.sources {
        intake.begin(source)
        try CorpusReading(
          description, source, intake, limits: limits, chunk: chunk, cache: cache, hashing: hashesInputs
        ).run {
          paths[$0.name] = $0.path
        }
        try intake.endSource()
      }
      try intake.finish()
      return intake.summary
    }
    try aside?.commit()
    if case .share(let most)? = description.mostBad {
      guard Double(summary.quarantined) <= most * Double(summary.present) else {
        throw Self.tooManyBad(description, summary)
      }
    }
    guard summary.records > 0 || allowsNone else { throw Self.empty(description, summary) }
    return summary
  }
}

/// The reading of one source.
struct CorpusReading {
  private let description: CorpusDescription
  private let source: CorpusDescription.Source
  private let intake: RecordIntake
  private let limits: ReadingLimits
  private let chunk: Int
  private let cache: DownloadCache
  private let hashing: Bool

  init(
    _ description: CorpusDescription, _ source: CorpusDescription.Source, _ intake: RecordIntake,
    limits: ReadingLimits, chunk: Int, cache: DownloadCache, hashing: Bool
  ) {
    self.description = description
    self.source = source
    self.intake = intake
    self.limits = limits
    self.chunk = chunk
    self.cache = cache
    self.hashing = hashing
  }

  /// - Parameter opening: told of each file before it is read.
  func run(_ opening: (SourceFile) -> Void) throws {
    if !source.aligned.isEmpty { return try readAligned() }
    if case .query(let query) = source.origin { return try answer(query, named: "duckdb: \(query)") }
    let files = try SourceLocator(description: description, cache: cache).files(source)
    for file in files {
      opening(file)
      if description.format == .parquet { try readParquet(file) } else { try read(file) }
    }
  }

  private func read(_ file: SourceFile) throws {
    let mapper = try FieldMapper(description, source)
    intake.begin(file: file.name, mapper)
    do {
      let reader = try reader(mapper.paths)
      var text = try lines(file.path)
      while try text.read(into: reader) {}
      intake.endFile(text.input(named: file.name))
    } catch let fault as DescriptionFault {
      throw CorpusReader.diagnostic(fault, file.path, source, mapper)
    }
  }

  private func lines(_ path: String) throws -> LineSource {
    try LineSource(
      path, chunk: chunk, encoding: description.encoding, replaces: description.replacesInvalid,
      hashing: hashing)
  }

  private func readAligned() throws {
    let mapper = try FieldMapper(description, source)
    let names = source.aligned.map(\.path)
    intake.begin(file: names.first ?? "", mapper)
    let columns = try source.aligned.map { (name: $0.name, path: try place($0.path, of: $0.name)) }
    let aligned = try AlignedLines(columns, limits: limits) { try lines($0) }
    try aligned.read(paths: mapper.paths, to: intake)
    for input in aligned.inputs(named: names) { intake.endFile(input) }
  }

  /// Where one of the aligned files is, fetched if need be.
  private func place(_ path: String, of name: String) throws -> String {
    if path.contains("://") { return try cache.file(of: path, sha256: nil, at: source.node) }
    let place = description.resolve(path)
    guard fileExists(place) else {
      throw source.node.error(
        "the file '\(place)' for '\(name)' does not exist; put it there or correct the path")
    }
    return place
  }

  /// The rows of a Parquet file, by DuckDB; the file itself is the input.
  private func readParquet(_ file: SourceFile) throws {
    var size = 0
    var hashed = try ChunkedFile(path: file.path, hashing: true)
    while try hashed.next({ size += $0.count }) {}
    // From the root: DuckDB runs in the description's folder.
    try answer(DuckDB.parquet(absolutePath(file.path)), named: file.name)
    let input = CorpusSummary.Input(path: file.name, bytes: size, sha256: hashed.finishHash() ?? "")
    intake.endFile(input)
  }

  private func answer(_ query: String, named name: String) throws {
    let mapper = try FieldMapper(description, source)
    intake.begin(file: name, mapper)
    let digest = SHA256()
    var bytes = 0
    do {
      let reader = try JSONLinesReader(paths: mapper.paths, limits: limits, sink: intake)
      reader.begin(at: 0)
      try DuckDB.run(query, in: description.folder, at: source.node) { piece in
        digest.update(piece)
        bytes += piece.count
        try reader.read(piece)
      }
      try reader.finish()
    } catch let fault as DescriptionFault {
      throw CorpusReader.diagnostic(fault, name, source, mapper)
    }
    if description.format == .duckdb {
      intake.endFile(CorpusSummary.Input(path: name, bytes: bytes, sha256: digest.finishHexadecimal()))
    }
  }

  private func reader(_ paths: [String]) throws -> any FormatReader {
    switch description.format {
    case .jsonl, .parquet, .duckdb: try JSONLinesReader(paths: paths, limits: limits, sink: intake)
    case .json where description.dialect.layout == .columns:
      try JSONColumnsReader(paths: paths, records: source.records, limits: limits, sink: intake)
    case .json: try JSONArrayReader(paths: paths, records: source.records, limits: limits, sink: intake)
    case .xml: try XMLRecordReader(paths: paths, records: source.records, limits: limits, sink: intake)
    case .csv, .tsv:
      try DelimitedReader(paths: paths, dialect: description.dialect, limits: limits, sink: intake)
    case .lines: try LinesReader(paths: paths, dialect: description.dialect, limits: limits, sink: intake)
    }
  }
}
