public import Bytes
import Metrics
import Patterns
import Records
import YAML

extension CorpusDescription {
  /// Reads and checks a `corpus.yaml`.
  ///
  /// - Throws: every mistake at once, each with file, line and column.
  public static func load(_ path: String) throws(Diagnostics) -> CorpusDescription {
    let node = try YAMLDocument.load(path: path)
    let problems = ProblemList()
    let read = DescriptionFile(path: path, problems: problems).description(node)
    // In the order of the file, whatever the order in which the keys were looked at.
    let found = problems.list.enumerated().sorted { a, b in
      let places = [a, b].map {
        ($0.element.location?.line ?? 0, $0.element.location?.column ?? 0, $0.offset)
      }
      return places[0] < places[1]
    }
    guard found.isEmpty else { throw Diagnostics(found.map(\.element)) }
    guard let read else { throw Diagnostics(node.error("a corpus must be a mapping (key: value)")) }
    return read
  }
}

/// One reading of a description: turns nodes into a `CorpusDescription` and collects what is wrong.
struct DescriptionFile {
  let path: String
  let problems: ProblemList

  func description(_ node: YAMLNode) -> CorpusDescription? {
    guard var fields = YAMLFields(node, "a corpus", problems) else { return nil }
    let name = fields.required("name")
    if let name, let node = fields.node("name") { checkName(name, node) }
    let cluster = fields.required("cluster")
    let format = format(&fields)
    let mapped = fieldList(&fields, format)
    let records = recordsPath(&fields, format)
    let sources = sourceList(&fields, format, records)
    let dialect = dialect(&fields, format)
    let conditions = conditions(&fields, format)
    let group = names("group", &fields, mapped)
    let dedupe = names("dedupe", &fields, mapped)
    let limit = fields.integer("limit", in: 1...Int.max)
    let sample = fields.number("sample", in: 0...1)
    let filter = fields.string("filter")
    let filterNode = fields.node("filter")
    if fields.node("metric") == nil { fields.missing("metric") }
    let metric = fields.choice("metric", Metric.self)
    let licence = fields.string("licence")
    let citation = fields.string("citation")
    let language = fields.string("language")
    let encoding = encoding(&fields)
    let invalid = fields.choice("invalid_utf8", Invalid.self)
    let onBadRecord = fields.choice("on_bad_record", CorpusDescription.BadRecords.self) ?? .stop
    let mostBad = mostBad(&fields, onBadRecord)
    fields.finish()
    guard let name, let cluster, let format, let metric, !mapped.isEmpty, !sources.isEmpty else { return nil }
    let description = CorpusDescription(
      path: path, name: name, cluster: cluster, sources: sources, format: format, fields: mapped,
      group: group, dedupe: dedupe, limit: limit, sample: sample, filter: filter,
      filterNode: filterNode, metric: metric, licence: licence, citation: citation,
      language: language, onBadRecord: onBadRecord, mostBad: mostBad, encoding: encoding,
      replacesInvalid: invalid == .replace, dialect: dialect, conditions: conditions)
    checkPaths(description)
    return description
  }

  /// The name becomes part of file names.
  private func checkName(_ name: String, _ node: YAMLNode) {
    let allowed = name.utf8.allSatisfy { byte in
      switch byte {
      case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
      default: false
      }
    }
    if !allowed || name.isEmpty || name.hasPrefix(".") || name.hasPrefix("-") {
      problems.add(
        node.error(
          "a corpus' name consists of letters, digits, '.', '_' and '-' and does not begin with '.' or '-'; "
            + "found \(node.description)"))
    }
  }

  /// What becomes of bytes that are no text.
  private enum Invalid: String, CaseIterable { case error, replace }

  /// The format, which a source that is a query tells by itself.
  private func format(_ fields: inout YAMLFields) -> CorpusDescription.Format? {
    let chosen = fields.choice("format", CorpusDescription.Format.self)
    guard fields.node("format") == nil else { return chosen }
    if case .mapping(let pairs)? = fields.node("source")?.kind,
      pairs.contains(where: { $0.key.text == "duckdb" })
    {
      return .duckdb
    }
    fields.missing("format")
    return nil
  }

  private func encoding(_ fields: inout YAMLFields) -> TextEncoding? {
    guard let name = fields.string("encoding"), let node = fields.node("encoding") else { return nil }
    if let encoding = TextEncoding(name: name) { return encoding }
    let known = TextEncoding.allCases.map(\.rawValue)
    problems.add(
      node.error(
        "encoding '\(name)' cannot be read\(suggestion(for: name, among: known)), or convert the file with "
          + "'iconv -f \(name) -t UTF-8'"))
    return nil
  }

  /// A number of records, or a share such as `1%`.
  private func mostBad(
    _ fields: inout YAMLFields, _ onBadRecord: CorpusDescription.BadRecords
  ) -> CorpusDescription.MostBad? {
    guard let text = fields.string("max_bad"), let node = fields.node("max_bad") else { return nil }
    if onBadRecord == .stop {
      problems.add(node.error("'max_bad' is for 'on_bad_record: quarantine'; without it the first one stops"))
    }
    if let count = Int(text), count >= 0 { return .count(count) }
    if text.hasSuffix("%"), let percent = Double(text.dropLast()), (0...100).contains(percent) {
      return .share(percent / 100)
    }
    problems.add(
      node.error("'max_bad' must be a number of records or a share such as 1%, found \(node.description)"))
    return nil
  }

  /// The path of one record: demanded for XML, possible for JSON, nonsense elsewhere.
  private func recordsPath(_ fields: inout YAMLFields, _ format: CorpusDescription.Format?) -> String? {
    guard let records = fields.string("records"), let node = fields.node("records") else { return nil }
    checkRecords(records, node, format)
    return records
  }

  func checkRecords(_ records: String, _ node: YAMLNode, _ format: CorpusDescription.Format?) {
    do throws(Diagnostic) {
      switch format {
      case .xml: _ = try XMLRecordPath(records)
      case .json: _ = try JSONPointer(records)
      case .none: break
      case let format?:
        throw Diagnostic("'records' is for xml and json; in \(format.rawValue) each line or row is a record")
      }
    } catch {
      problems.add(node.error(error.message))
    }
  }

  private func names(
    _ key: String, _ fields: inout YAMLFields, _ known: [CorpusDescription.Field]
  ) -> [String] {
    guard let nodes = fields.nodes(key) else { return [] }
    return nodes.compactMap { node in
      guard let name = node.text else {
        problems.add(node.error("'\(key)' must hold names of fields, found \(node.description)"))
        return nil
      }
      if !known.isEmpty, !known.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
        let hint = suggestion(for: name, among: known.map(\.name))
        problems.add(node.error("'\(key)' names the unknown field '\(name)'\(hint)"))
      }
      return name
    }
  }

  private func dialect(
    _ fields: inout YAMLFields, _ format: CorpusDescription.Format?
  ) -> CorpusDescription.Dialect {
    var dialect = CorpusDescription.Dialect()
    func only(_ formats: [CorpusDescription.Format], _ key: String) {
      guard let format, !formats.contains(format), let node = fields.node(key) else { return }
      let names = formats.map { "'\($0.rawValue)'" }.joined(separator: " and ")
      problems.add(node.error("'\(key)' is for the format \(names), not for '\(format.rawValue)'"))
    }
    if let source = fields.string("pattern"), let node = fields.node("pattern") {
      dialect.pattern = pattern(source, node)
    }
    dialect.onNoMatch = fields.choice("on_no_match", CorpusDescription.Unmatched.self) ?? .stop
    dialect.columns = fields.strings("columns")
    if let columns = dialect.columns, let node = fields.node("columns") {
      for (place, name) in columns.enumerated() where columns[..<place].contains(name) {
        problems.add(node.error("'columns' names '\(name)' twice"))
      }
    }
    dialect.quotes = fields.boolean("quotes") ?? (format != .tsv)
    dialect.quote = byte("quote", &fields) ?? dialect.quote
    dialect.separator = byte("separator", &fields) ?? (format == .tsv ? 9 : UInt8(ascii: ","))
    dialect.escape = byte("escape", &fields)
    dialect.comment = fields.string("comment")
    dialect.layout = fields.choice("layout", CorpusDescription.Layout.self) ?? .array
    checkMarks(dialect, fields)
    only([.lines], "pattern")
    only([.lines], "on_no_match")
    only([.csv, .tsv], "columns")
    for key in ["quotes", "quote", "separator", "escape"] { only([.csv, .tsv], key) }
    only([.csv, .tsv, .lines], "comment")
    only([.json], "layout")
    return dialect
  }

  /// One character of ASCII.
  private func byte(_ key: String, _ fields: inout YAMLFields) -> UInt8? {
    guard let text = fields.string(key), let node = fields.node(key) else { return nil }
    let bytes = Array((text == "\\t" ? "\t" : text).utf8)
    if bytes.count == 1, let byte = bytes.first, byte < 0x80, byte != 10, byte != 13 { return byte }
    problems.add(node.error("'\(key)' must be one ASCII character, found \(node.description)"))
    return nil
  }

  /// What separates, quotes, escapes and begins comments must be told apart.
  private func checkMarks(_ dialect: CorpusDescription.Dialect, _ fields: YAMLFields) {
    let marks = [dialect.separator, dialect.quotes ? dialect.quote : nil, dialect.escape].compactMap(\.self)
    let node = fields.node
    if Set(marks).count < marks.count {
      problems.add(node.error("'separator', 'quote' and 'escape' must be three different characters"))
    }
    if let comment = dialect.comment,
      comment.isEmpty || comment.utf8.contains(where: { marks.contains($0) || $0 == 10 })
    {
      problems.add(
        node.error("'comment' must be a text without the characters that separate, quote and escape values"))
    }
  }

  private func conditions(
    _ fields: inout YAMLFields, _ format: CorpusDescription.Format?
  ) -> [CorpusDescription.Condition] {
    (fields.named("where") ?? []).compactMap { key, value in
      guard let path = key.text, let source = value.text else {
        problems.add(value.error("'where' gives a pattern for each path, found \(value.description)"))
        return nil
      }
      return pattern(source, value).map { .init(path: path, pattern: $0, node: key) }
    }
  }

  private func pattern(_ source: String, _ node: YAMLNode) -> Pattern? {
    do throws(Diagnostic) {
      return try Pattern(source)
    } catch {
      problems.add(node.error(error.message))
      return nil
    }
  }
}
