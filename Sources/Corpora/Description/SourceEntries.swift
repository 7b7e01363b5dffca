import Bytes
import Records
import YAML

/// The entries `source` and `splits`: which files there are.
extension DescriptionFile {
  /// The files of `source`, then those of `splits`; a file that stands in both is read once, as its split.
  func sourceList(
    _ fields: inout YAMLFields, _ format: CorpusDescription.Format?, _ records: String?
  ) -> [CorpusDescription.Source] {
    let nodes = fields.nodes("source")
    let splits = fields.named("splits")
    if nodes == nil, splits == nil { fields.missing("source") }
    var published: [CorpusDescription.Source] = []
    for (key, value) in splits ?? [] {
      guard let split = Split.allCases.first(where: { $0.name == key.text }) else {
        let hint = suggestion(for: key.text ?? "", among: Split.allCases.map(\.name))
        problems.add(key.error("unknown split \(key.description)\(hint)"))
        continue
      }
      let entries = if case .sequence(let items) = value.kind { items } else { [value] }
      published += entries.compactMap { source($0, format, records, split) }
    }
    let plain = (nodes ?? []).compactMap { source($0, format, records, nil) }
    let unpublished = plain.filter { one in
      !published.contains { $0.path.utf8.elementsEqual(one.path.utf8) }
    }
    if let node = fields.node("source"), nodes?.isEmpty == true, published.isEmpty {
      problems.add(node.error("'source' names no file"))
    }
    return unpublished + published
  }

  private func source(
    _ node: YAMLNode, _ format: CorpusDescription.Format?, _ records: String?, _ split: Split?
  ) -> CorpusDescription.Source? {
    if let path = node.text, !path.isEmpty {
      needRecords(records, node, format)
      if format == .duckdb {
        problems.add(
          node.error("a source of the format 'duckdb' is a query: {duckdb: \"SELECT … FROM 'file'\"}"))
      }
      let origin = path.hasPrefix("https://") || path.hasPrefix("hf://")
      return .init(
        origin: origin ? .url(path) : .file, path: path, split: split, records: records ?? "", constants: [],
        node: node)
    }
    guard var fields = YAMLFields(node, "a source", problems) else { return nil }
    var source = CorpusDescription.Source(path: "", records: records ?? "", constants: [], node: node)
    source.split = split
    source.limit = fields.integer("limit", in: 1...Int.max)
    source.constants = (fields.named("set") ?? []).compactMap { key, value in
      key.text.map { (name: $0, value: plainValue(value)) }
    }
    source.sha256 = sha256(&fields)
    var own = records
    if let text = fields.string("records"), let node = fields.node("records") {
      checkRecords(text, node, format)
      own = text
    }
    source.records = own ?? ""
    needRecords(own, node, format)
    guard let (origin, path) = origin(&fields, format, &source.aligned) else {
      fields.finish()
      return nil
    }
    source.origin = origin
    source.path = path
    fields.finish()
    return source
  }

  /// Where the source comes from, and its path there.
  private func origin(
    _ fields: inout YAMLFields, _ format: CorpusDescription.Format?,
    _ aligned: inout [(name: String, path: String)]
  ) -> (CorpusDescription.Source.Origin, String)? {
    let keys = ["url", "pypi", "deb", "duckdb", "aligned"]
    let given = keys.filter { fields.node($0) != nil }
    if given.count > 1, let node = fields.node(given[1]) {
      problems.add(node.error("a source has one of \(keys.joined(separator: ", ")), found '\(given[0])' too"))
      return nil
    }
    switch given.first {
    case "url":
      guard let url = fields.string("url"), let node = fields.node("url") else { return nil }
      if !["https://", "http://", "file://", "hf://datasets/"].contains(where: url.hasPrefix) {
        problems.add(
          node.error("'url' begins with 'https://' or 'hf://datasets/', found \(node.description)"))
      }
      return (.url(url), url)
    case "pypi":
      guard let package = fields.string("pypi"), let node = fields.node("pypi") else { return nil }
      checkDistribution(package, node)
      return fields.required("path").map { (.pypi(package), $0) }
    case "deb":
      guard let package = fields.string("deb"), let node = fields.node("deb") else { return nil }
      checkPackage(package, node)
      guard let path = fields.required("path"), let place = fields.node("path") else { return nil }
      if !path.hasPrefix("/") {
        problems.add(
          place.error("the path of a package's file begins with '/', found \(place.description)"))
      }
      return (.deb(package), path)
    case "duckdb":
      guard let query = fields.string("duckdb"), let node = fields.node("duckdb") else { return nil }
      if let format, format != .duckdb {
        problems.add(
          node.error("a 'duckdb' source has the format 'duckdb' (or none), found '\(format.rawValue)'"))
      }
      return (.query(query), "")
    case "aligned":
      guard let node = fields.node("aligned") else { return nil }
      aligned = (fields.named("aligned") ?? []).compactMap { key, value in
        guard let name = key.text, let path = value.text, !path.isEmpty else {
          problems.add(value.error("'aligned' gives a file for each name, found \(value.description)"))
          return nil
        }
        return (name, path)
      }
      if aligned.count < 2 { problems.add(node.error("'aligned' names two files at least")) }
      if let format, format != .lines {
        problems.add(node.error("aligned files have the format 'lines', found '\(format.rawValue)'"))
      }
      return (.file, aligned.first?.path ?? "")
    default:
      if format == .duckdb {
        problems.add(
          fields.node.error("a source of the format 'duckdb' is a query: {duckdb: \"SELECT … FROM 'file'\"}"))
        return nil
      }
      return fields.required("path").map { (.file, $0) }
    }
  }

  private func sha256(_ fields: inout YAMLFields) -> String? {
    guard let text = fields.string("sha256"), let node = fields.node("sha256") else { return nil }
    if text.utf8.count == 64, text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) {
      return text
    }
    problems.add(node.error("'sha256' is 64 hexadecimal digits in lower case, found \(node.description)"))
    return nil
  }

  /// A name and a version, so that everyone gets the same file.
  private func checkDistribution(_ package: String, _ node: YAMLNode) {
    let parts = package.split(separator: "=", omittingEmptySubsequences: false)
    let isSafe = package.utf8.allSatisfy { byte in
      switch byte {
      case 48...57, 65...90, 97...122: true
      default: "-_.=+!".utf8.contains(byte)
      }
    }
    if !isSafe || parts.count != 3 || parts[0].isEmpty || !parts[1].isEmpty || parts[2].isEmpty
      || package.hasPrefix("-")
    {
      problems.add(
        node.error("'pypi' is a distribution with its version, as in name==1.0, found \(node.description)"))
    }
  }

  private func needRecords(_ records: String?, _ node: YAMLNode, _ format: CorpusDescription.Format?) {
    if format == .xml, records == nil {
      problems.add(
        node.error("an XML source needs 'records', the path of one record such as /corpus/pair or //row"))
    }
  }

  /// Debian Policy 5.6.1: lower-case letters, digits, plus, minus, dot; two at least. The name appears in
  /// a command that the user is told to type.
  private func checkPackage(_ name: String, _ node: YAMLNode) {
    let allowed = name.utf8.allSatisfy { byte in
      switch byte {
      case 48...57, 97...122, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
      default: false
      }
    }
    let first = name.utf8.first ?? 0
    if !allowed || name.utf8.count < 2 || first == UInt8(ascii: "-") || first == UInt8(ascii: ".") {
      problems.add(node.error("'deb' must be the name of a Debian package, found \(node.description)"))
    }
  }
}
