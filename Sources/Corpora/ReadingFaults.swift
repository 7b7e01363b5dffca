import Bytes
import YAML

/// What a reading ends with, in words.
extension CorpusReader {
  /// The first bad record of a corpus that wants none.
  static func stop(_ bad: BadRecord, _ path: String) -> Diagnostic {
    let location = SourceLocation(path: path, line: bad.position.line, column: bad.position.column)
    return Diagnostic(
      bad.reason + "; mend the file or set 'on_bad_record: quarantine'", at: location,
      excerpt: excerpt(path, line: bad.position.line), span: bad.span)
  }

  static func missing(_ source: CorpusDescription.Source, _ path: String) -> Diagnostic {
    guard let package = source.package else {
      return source.node.error("the file '\(path)' does not exist; put it there or correct the path")
    }
    var problem = source.node.error(
      "the file '\(path)' does not exist; it comes with the Debian package '\(package)': "
        + "apt-get install \(package)")
    problem.cause = .environment
    return problem
  }

  static func empty(_ description: CorpusDescription, _ summary: CorpusSummary) -> Diagnostic {
    Diagnostic(
      "the corpus '\(description.name)' has no records (\(summary.skipped) skipped, \(summary.quarantined) "
        + "quarantined); check its pattern, its conditions and its files",
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
  private static func excerpt(_ path: String, line: Int) -> String? {
    let longest = 1 << 20
    var splitter = LineSplitter(longest: longest)
    var found: String?
    do {
      var file = try ChunkedFile(path: path)
      func look(_ one: LineSplitter.Line) {
        if one.start.line == line { found = String(decoding: one.bytes, as: UTF8.self) }
      }
      while found == nil, try file.next({ try splitter.split($0, look) }) {}
      if found == nil { try splitter.finish(look) }
    } catch {
      return nil
    }
    if line == 1, found?.unicodeScalars.first == "\u{FEFF}" { found?.unicodeScalars.removeFirst() }
    return found
  }
}
