import Bytes
public import Records
import YAML

/// Reads the files of a corpus and makes records of them, streaming: memory grows with a `limit` and, by 16
/// bytes a record, with `dedupe`, but not with the files.
public struct CorpusReader {
  /// Bytes read at a time.
  package var chunk = 1 << 18
  var limits = ReadingLimits()

  public init() {}

  /// - Parameter recordBytes: the length of a record in its file beyond which it is a bad one.
  package init(recordBytes: Int) { limits.recordBytes = recordBytes }

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
    var aside: QuarantineFile? = QuarantineFile(path: quarantine, limits: limits)
    defer { aside = nil }
    let summary = try withoutActuallyEscaping(body) { body in
      let intake = RecordIntake(description) { bad, source in
        guard description.onBadRecord == .quarantine else {
          throw Self.stop(bad, description.resolve(source.path))
        }
        try aside?.add(bad, in: source.path)
      } deliver: { record in
        try body(record)
      }
      for source in description.sources { try read(source, of: description, into: intake) }
      try intake.finish()
      return intake.summary
    }
    try aside?.commit()
    guard summary.records > 0 else { throw Self.empty(description, summary) }
    return summary
  }

  private func read(
    _ source: CorpusDescription.Source, of description: CorpusDescription, into intake: RecordIntake
  ) throws {
    let path = description.resolve(source.path)
    guard fileExists(path) else { throw Self.missing(source, path) }
    let mapper = try FieldMapper(description, source)
    intake.begin(source, mapper)
    do {
      let reader = try reader(of: description, source, mapper.paths, intake)
      var file = try ChunkedFile(path: path, chunk: chunk, hashing: true)
      var opening = TextOpening()
      var bytes = 0
      while try file.next({ piece in
        bytes += piece.count
        try opening.pass(piece, to: reader, of: path)
      }) {}
      try opening.finish(reader, of: path)
      try intake.end(
        input: CorpusSummary.Input(path: source.path, bytes: bytes, sha256: file.finishHash() ?? ""))
    } catch let fault as DescriptionFault {
      throw Self.diagnostic(fault, path, source, mapper)
    }
  }

  private func reader(
    of description: CorpusDescription, _ source: CorpusDescription.Source, _ paths: [String],
    _ intake: RecordIntake
  ) throws -> any FormatReader {
    switch description.format {
    case .jsonl: try JSONLinesReader(paths: paths, limits: limits, sink: intake)
    case .json: try JSONArrayReader(paths: paths, records: source.records, limits: limits, sink: intake)
    case .xml: try XMLRecordReader(paths: paths, records: source.records, limits: limits, sink: intake)
    case .csv, .tsv:
      try DelimitedReader(
        paths: paths, separator: description.format == .csv ? UInt8(ascii: ",") : 9,
        dialect: description.dialect, limits: limits, sink: intake)
    case .lines:
      try LinesReader(paths: paths, dialect: description.dialect, limits: limits, sink: intake) {
        intake.skip()
      }
    }
  }
}
