import Bytes
import Patterns
import Records
import YAML

/// The entry `fields`: what the records hold and where it comes from.
extension DescriptionFile {
  func fieldList(
    _ fields: inout YAMLFields, _ format: CorpusDescription.Format?
  ) -> [CorpusDescription.Field] {
    guard let pairs = fields.named("fields") else {
      if fields.node("fields") == nil { fields.missing("fields") }
      return []
    }
    if pairs.isEmpty, let node = fields.node("fields") { problems.add(node.error("'fields' names no field")) }
    return pairs.compactMap { key, value in
      guard let name = key.text, !name.isEmpty else {
        problems.add(key.error("a field needs a name"))
        return nil
      }
      return field(name, value, format)
    }
  }

  private func field(
    _ name: String, _ node: YAMLNode, _ format: CorpusDescription.Format?
  ) -> CorpusDescription.Field? {
    if let path = node.text {
      if node.isNull || path.isEmpty {
        problems.add(node.error("the field '\(name)' needs a path, or a mapping with 'from' or 'const'"))
        return nil
      }
      return .init(name: name, origin: .path(path), node: node)
    }
    guard var fields = YAMLFields(node, "the field '\(name)'", problems) else { return nil }
    let (origin, place) = origin(name, node, &fields)
    var field = CorpusDescription.Field(name: name, origin: origin, node: place)
    field.missing = fields.hasKey("default") ? fields.node("default").map(plainValue) ?? .null : nil
    field.replacements = replacements(&fields)
    field.extract = extract(&fields)
    field.separator = separator(&fields)
    field.mapping = mapping(&fields)
    field.type = fields.choice("type", ValueType.self)
    checkType(field, fields.node("type"), format)
    fields.finish()
    return field
  }

  /// Where the value comes from: exactly one of the keys that say so; and the node to tell faults at.
  private func origin(
    _ name: String, _ node: YAMLNode, _ fields: inout YAMLFields
  ) -> (CorpusDescription.Origin, YAMLNode) {
    var found: [(key: String, origin: CorpusDescription.Origin, node: YAMLNode)] = []
    if let path = fields.string("from"), let place = fields.node("from") {
      found.append(("from", .path(path), place))
    }
    if let value = fields.node("const") { found.append(("const", .constant(plainValue(value)), value)) }
    if let paths = fields.strings("list"), let place = fields.node("list") {
      found.append(("list", .list(paths), place))
    }
    let between = fields.string("with")
    if let paths = fields.strings("join"), let place = fields.node("join") {
      found.append(("join", .join(paths, between ?? " "), place))
    }
    if let pairs = fields.named("zip"), let place = fields.node("zip") {
      let columns = pairs.compactMap { key, value -> (key: String, path: String)? in
        guard let key = key.text, let path = value.text, !path.isEmpty else {
          problems.add(value.error("'zip' gives a path for each key, found \(value.description)"))
          return nil
        }
        return (key, path)
      }
      found.append(("zip", .zip(columns), place))
    }
    if between != nil, !found.contains(where: { $0.key == "join" }), let place = fields.node("with") {
      problems.add(place.error("'with' is the text between the parts of 'join', which is missing"))
    }
    if found.count > 1 {
      let keys = found.map { "'\($0.key)'" }.joined(separator: " and ")
      problems.add(found[1].node.error("the field '\(name)' has both \(keys); keep one"))
    }
    if let first = found.first { return (first.origin, first.node) }
    let keys = ["from", "const", "list", "join", "zip"]
    if !keys.contains(where: { fields.node($0) != nil }) {
      problems.add(node.error("the field '\(name)' needs 'from' or 'const'"))
    }
    return (.path(""), node)
  }

  private func extract(_ fields: inout YAMLFields) -> Pattern? {
    guard let source = fields.string("extract"), let node = fields.node("extract") else { return nil }
    do throws(Diagnostic) {
      return try Pattern(source)
    } catch {
      problems.add(node.error(error.message))
      return nil
    }
  }

  private func replacements(_ fields: inout YAMLFields) -> [(from: String, to: String)] {
    guard let node = fields.node("replace") else { return [] }
    guard case .sequence(let items) = node.kind else {
      problems.add(node.error("'replace' must be a list of pairs such as [[\"_\", \" \"]]"))
      return []
    }
    return items.compactMap { item in
      guard case .sequence(let pair) = item.kind, pair.count == 2, let from = pair[0].text,
        let to = pair[1].text, !from.isEmpty
      else {
        problems.add(item.error("'replace' holds pairs of texts such as [\"_\", \" \"], the first not empty"))
        return nil
      }
      return (from, to)
    }
  }

  private func separator(_ fields: inout YAMLFields) -> String? {
    guard let text = fields.string("split") else { return nil }
    if text.isEmpty, let node = fields.node("split") {
      problems.add(node.error("'split' must be the text between the parts, found nothing"))
      return nil
    }
    return text
  }

  private func mapping(_ fields: inout YAMLFields) -> ValueMapping? {
    guard let pairs = fields.named("map") else { return nil }
    if pairs.isEmpty, let node = fields.node("map") { problems.add(node.error("'map' lists no value")) }
    return ValueMapping(pairs.compactMap { key, value in key.text.map { ($0, plainValue(value)) } })
  }

  private func checkType(
    _ field: CorpusDescription.Field, _ node: YAMLNode?, _ format: CorpusDescription.Format?
  ) {
    guard let node, let type = field.type, let format else { return }
    let fromText = ![.jsonl, .json, .parquet, .duckdb].contains(format)
    var lists = format == .xml || field.separator != nil
    switch field.origin {
    case .list, .zip, .constant: lists = true
    case .path, .join: break
    }
    if fromText, type == .dictionary || (type == .list && !lists) {
      problems.add(
        node.error("a value of the format '\(format.rawValue)' is a text and cannot be a \(type.rawValue)"))
    }
  }

  /// A YAML value as written in `const`, `set` and `map`: plain scalars by YAML's core schema, quoted ones
  /// as texts.
  func plainValue(_ node: YAMLNode) -> Value {
    switch node.kind {
    case .sequence(let items): return .list(items.map(plainValue))
    case .mapping(let pairs):
      return .dictionary(ValueDictionary(pairs.map { ($0.key.text ?? "", plainValue($0.value)) }))
    case .scalar(let text, .plain):
      if node.isNull { return .null }
      switch text {
      case "true", "True", "TRUE": return .boolean(true)
      case "false", "False", "FALSE": return .boolean(false)
      default: return ValueConversion.number(text) ?? .string(text)
      }
    case .scalar(let text, _): return .string(text)
    }
  }
}
