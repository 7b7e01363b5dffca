public import Bytes
import YAML

/// Reads files in PromptSource's format: `templates:` holds `!Template` mappings under their UUIDs.
public enum TemplateFile {
  /// The templates of a file in its order.
  ///
  /// - Throws: everything that is wrong with the file at once: unknown keys, missing ones, wrong types, ids
  ///   and names that occur twice.
  public static func load(_ path: String) throws(Diagnostics) -> [TemplateSource] {
    let document = try YAMLDocument.load(path: path)
    let problems = ProblemList()
    let sources = templates(document, problems)
    try problems.throwIfAny()
    return sources
  }

  private static func templates(_ document: YAMLNode, _ problems: ProblemList) -> [TemplateSource] {
    guard var fields = YAMLFields(document, "a file of templates", problems) else { return [] }
    _ = fields.string("dataset")
    _ = fields.string("subset")
    let pairs = fields.named("templates")
    if pairs == nil, fields.node("templates") == nil { fields.missing("templates") }
    fields.finish()
    var sources: [TemplateSource] = []
    var places = (ids: [String: Int](), names: [String: Int]())
    for (key, node) in pairs ?? [] {
      guard let source = template(key, node, problems) else { continue }
      note(source.id, "id", key, in: &places.ids, problems)
      note(source.name, "name", key, in: &places.names, problems)
      sources.append(source)
    }
    return sources
  }

  private static func note(
    _ value: String, _ what: String, _ key: YAMLNode, in places: inout [String: Int], _ problems: ProblemList
  ) {
    if let line = places[value] {
      problems.add(
        key.error("the \(what) '\(value)' is taken by the template at line \(line); give this one its own"))
    } else {
      places[value] = key.location.line
    }
  }

  private static func template(
    _ key: YAMLNode, _ node: YAMLNode, _ problems: ProblemList
  ) -> TemplateSource? {
    if let tag = node.tag, tag != "!Template" {
      problems.add(node.error("unknown tag '\(tag)'; expected '!Template'"))
    }
    guard var fields = YAMLFields(node, "a template", problems) else { return nil }
    let id = fields.string("id") ?? key.text ?? ""
    if let text = key.text, text != id, let idNode = fields.node("id") {
      problems.add(
        idNode.error("the id '\(id)' differs from the template's key '\(text)'; make them the same"))
    }
    let name = fields.required("name")
    let jinja = fields.required("jinja")
    let jinjaNode = fields.node("jinja")
    var source = TemplateSource(
      id: id, name: name ?? "", jinja: jinja ?? "", answerChoices: fields.string("answer_choices"),
      reference: fields.string("reference") ?? "", location: jinjaNode?.location ?? node.location)
    source.jinjaNode = jinjaNode
    source.answerChoicesNode = fields.node("answer_choices")
    if let metadata = fields.node("metadata") { read(metadata, into: &source, problems) }
    fields.finish()
    if let jinjaNode, let jinja, jinja.utf8.allSatisfy({ $0 == 32 || $0 >= 9 && $0 <= 13 }) {
      problems.add(jinjaNode.error("the template '\(source.name)' is empty; write its text"))
    }
    return name == nil || jinja == nil ? nil : source
  }

  private static func read(_ node: YAMLNode, into source: inout TemplateSource, _ problems: ProblemList) {
    if let tag = node.tag, tag != "!TemplateMetadata" {
      problems.add(node.error("unknown tag '\(tag)'; expected '!TemplateMetadata'"))
    }
    guard var fields = YAMLFields(node, "'metadata'", problems) else { return }
    source.choicesInPrompt = fields.boolean("choices_in_prompt") ?? false
    source.languages = fields.strings("languages") ?? []
    source.metrics = fields.strings("metrics") ?? []
    source.originalTask = fields.boolean("original_task")
    fields.finish()
  }
}
