import Bytes
import YAML

/// What a reading ends with, in words.
extension CorpusReader {
  /// The first bad record of a corpus that wants none.
  static func stop(
    _ bad: BadRecord, _ description: CorpusDescription, _ file: String, _ path: String
  ) -> Diagnostic {
    let location = SourceLocation(path: path, line: bad.position.line, column: bad.position.column)
    return Diagnostic(
      bad.reason + "; mend the file or set 'on_bad_record: quarantine'", at: location,
      excerpt: excerpt(path, bad.position.line, description), span: bad.span)
  }

  /// The bad record that is one too many.
  static func tooManyBad(
    _ description: CorpusDescription, _ count: Int, _ last: BadRecord, _ file: String
  ) -> Diagnostic {
    Diagnostic(
      "the corpus '\(description.name)' has more than the \(count - 1) bad records that 'max_bad' allows; the last "
        + "one: \(file):\(last.position.line): \(last.reason)", at: SourceLocation(path: description.path))
  }

  static func tooManyBad(_ description: CorpusDescription, _ summary: CorpusSummary) -> Diagnostic {
    Diagnostic(
      "the corpus '\(description.name)' has \(summary.quarantined) bad records of \(summary.present), more than "
        + "the share that 'max_bad' allows; they are in quarantine with their reasons",
      at: SourceLocation(path: description.path))
  }

  static func empty(_ description: CorpusDescription, _ summary: CorpusSummary) -> Diagnostic {
    let filtered = summary.filtered > 0 ? "\(summary.filtered) filtered, " : ""
    return Diagnostic(
      "the corpus '\(description.name)' has no records (\(summary.skipped) skipped, \(filtered)"
        + "\(summary.quarantined) quarantined); check its pattern, its conditions and its files",
      at: SourceLocation(path: description.path))
  }

  static func diagnostic(
    _ fault: DescriptionFault, _ path: String, _ source: CorpusDescription.Source, _ mapper: FieldMapper
  ) -> Diagnostic {
    switch fault {
    case .records(let reason): return source.node.error("in '\(path)': \(reason)")
    case .column(let place, let columns):
      let node =
        switch mapper.owners[place] {
        case .field(let field): field.node
        case .condition(let condition): condition.node
        }
      let name = mapper.paths[place]
      return node.error("'\(path)' has no column '\(name)'\(suggestion(for: name, among: columns))")
    }
  }

  /// The text of one line of a file, nil when it cannot be had; only for errors.
  private static func excerpt(_ path: String, _ line: Int, _ description: CorpusDescription) -> String? {
    let finder = LineFinder(line: line)
    do {
      var source = try LineSource(
        path, chunk: 1 << 18, encoding: description.encoding, replaces: description.replacesInvalid)
      while finder.text == nil, try source.read(into: finder) {}
    } catch {
      return finder.text
    }
    return finder.text
  }
}
