import Bytes
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
    let from = fields.string("from")
    let constant = fields.node("const")
    let origin: CorpusDescription.Origin
    switch (from, constant) {
    case (let path?, nil): origin = .path(path)
    case (nil, let value?): origin = .constant(plainValue(value))
    case (nil, nil): origin = .path("")
    case (_?, let value?):
      problems.add(value.error("the field '\(name)' has both 'from' and 'const'; keep one"))
      origin = .path("")
    }
    if from == nil, constant == nil, fields.node("from") == nil {
      problems.add(node.error("the field '\(name)' needs 'from' or 'const'"))
    }
    var field = CorpusDescription.Field(name: name, origin: origin, node: fields.node("from") ?? node)
    field.replacements = replacements(&fields)
    field.separator = separator(&fields)
    field.mapping = mapping(&fields)
    field.type = fields.choice("type", ValueType.self)
    checkType(field, fields.node("type"), format)
    fields.finish()
    return field
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
    let fromText = format != .jsonl && format != .json
    let lists = format == .xml || field.separator != nil
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
