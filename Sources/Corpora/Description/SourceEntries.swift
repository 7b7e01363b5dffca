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
      return .init(path: path, split: split, records: records ?? "", constants: [], node: node)
    }
    guard var fields = YAMLFields(node, "a source", problems) else { return nil }
    let path = fields.required("path")
    let package = fields.string("deb")
    let limit = fields.integer("limit", in: 1...Int.max)
    let constants = (fields.named("set") ?? []).compactMap { key, value in
      key.text.map { (name: $0, value: plainValue(value)) }
    }
    var own = records
    if let text = fields.string("records"), let node = fields.node("records") {
      checkRecords(text, node, format)
      own = text
    }
    needRecords(own, node, format)
    if let package, let node = fields.node("deb") { checkPackage(package, node) }
    if package != nil, let path, let node = fields.node("path"), !path.hasPrefix("/") {
      problems.add(
        node.error("the path of a package's file begins with '/', found \(node.description)"))
    }
    fields.finish()
    guard let path else { return nil }
    return .init(
      path: path, package: package, split: split, limit: limit, records: own ?? "", constants: constants,
      node: node)
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
