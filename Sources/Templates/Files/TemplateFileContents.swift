package import Bytes
package import YAML

/// What a file of templates holds, each template with its own problems, so that a collection can be taken
/// over without its broken parts.
package struct TemplateFileContents {
  package struct Entry {
    /// The name, or the id where there is no name.
    package var name: String
    /// Empty when the template cannot be read.
    package var sources: [TemplateSource]
    package var problems: [Diagnostic]
    /// Those of the problems that tell an id or a name which another template has.
    package var repeats: [Diagnostic] = []
    package var key: YAMLNode
    package var node: YAMLNode
  }

  /// Empty when the file does not say.
  package private(set) var dataset = ""
  package private(set) var subset: String?
  package private(set) var entries: [Entry] = []
  /// What is wrong outside the templates.
  package private(set) var problems: [Diagnostic] = []
  private var environment: TemplateEnvironment?
  private var places = (ids: [String: Int](), names: [String: Int]())

  package init(_ document: YAMLNode) {
    let list = ProblemList()
    defer { problems = list.list }
    guard var fields = YAMLFields(document, "a file of templates", list) else { return }
    dataset = fields.string("dataset") ?? ""
    subset = fields.string("subset")
    environment = Self.environment(&fields)
    let pairs = fields.named("templates")
    if pairs == nil, fields.node("templates") == nil { fields.missing("templates") }
    fields.finish()
    for (key, node) in pairs ?? [] { read(key, node) }
  }

  private static func environment(_ fields: inout YAMLFields) -> TemplateEnvironment? {
    guard let node = fields.node("environment") else { return nil }
    let known = TemplateEnvironment.named
    if let found = known.first(where: { $0.rawValue == node.text }) { return found }
    let hint = node.text.map { suggestion(for: $0, among: known.map(\.rawValue)) } ?? ""
    fields.problems.add(node.error("unknown environment \(node.description)\(hint)"))
    return nil
  }

  private mutating func read(_ key: YAMLNode, _ node: YAMLNode) {
    let list = ProblemList()
    var entry = Entry(name: key.text ?? "", sources: [], problems: [], key: key, node: node)
    let sources = templates(key, node, list)
    let own = list.list.count
    for source in sources {
      note(source.id, "id", key, in: &places.ids, list)
      note(source.name, "name", key, in: &places.names, list)
    }
    if let first = sources.first {
      // Variants take their parent's name and id too.
      if let parent = first.parent {
        note(parent.id, "id", key, in: &places.ids, list)
        note(parent.name, "name", key, in: &places.names, list)
      }
      entry.name = first.parent?.name ?? first.name
      entry.sources = sources
    }
    entry.problems = list.list
    entry.repeats = Array(list.list[own...])
    entries.append(entry)
  }

  private func note(
    _ value: String, _ what: String, _ key: YAMLNode, in places: inout [String: Int], _ problems: ProblemList
  ) {
    if let line = places[value] {
      problems.add(
        key.error("the \(what) '\(value)' is taken by the template at line \(line); give this one its own"))
    } else {
      places[value] = key.location.line
    }
  }

  /// The template, or the variants that it stands for; nothing where it cannot be read.
  private func templates(_ key: YAMLNode, _ node: YAMLNode, _ problems: ProblemList) -> [TemplateSource] {
    if let tag = node.tag, tag != "!Template" {
      problems.add(node.error("unknown tag '\(tag)'; expected '!Template'"))
    }
    guard var fields = YAMLFields(node, "a template", problems) else { return [] }
    let id = fields.string("id") ?? key.text ?? ""
    if let text = key.text, text != id, let idNode = fields.node("id") {
      problems.add(
        idNode.error("the id '\(id)' differs from the template's key '\(text)'; make them the same"))
    }
    let name = fields.required("name")
    let variants = fields.node("variants")
    let limit = fields.integer("limit", in: 1...TemplateSource.mostKept)
    let jinja = variants == nil ? fields.required("jinja") : fields.string("jinja")
    let jinjaNode = fields.node("jinja")
    var source = TemplateSource(
      id: id, name: name ?? "", jinja: jinja ?? "", answerChoices: fields.string("answer_choices"),
      reference: fields.string("reference") ?? "", location: jinjaNode?.location ?? node.location)
    source.jinjaNode = jinjaNode
    source.answerChoicesNode = fields.node("answer_choices")
    source.environment = environment
    source.style = fields.choice("style", TemplateSource.Style.self)
    source.tags = fields.strings("tags") ?? []
    readTarget(&fields, into: &source)
    source.readExtract(&fields)
    source.readSteps(&fields)
    if let metadata = fields.node("metadata") { read(metadata, into: &source, problems) }
    // PromptSource's mark of templates meant as models for others; nothing depends on it.
    _ = fields.boolean("task_template")
    fields.finish()
    if let jinjaNode, let jinja, source.target == nil,
      jinja.utf8.allSatisfy({ $0 == 32 || $0 >= 9 && $0 <= 13 })
    {
      problems.add(jinjaNode.error("the template '\(source.name)' is empty; write its text"))
    }
    guard name != nil else { return [] }
    if let variants {
      if let jinjaNode {
        problems.add(jinjaNode.error("a template has either 'jinja' or 'variants'; take one of them out"))
      }
      return source.variants(variants, limit: limit, problems)
    }
    if limit != nil { fields.node("limit").map { problems.add($0.error("'limit' is for 'variants'")) } }
    return jinja == nil ? [] : [source]
  }

  private func readTarget(_ fields: inout YAMLFields, into source: inout TemplateSource) {
    source.target = fields.string("target")
    source.targetNode = fields.node("target")
    if let node = source.targetNode, environment != .lmEval {
      fields.problems.add(
        node.error(
          "'target' is for the environment lm-eval; in others the target stands behind '|||' in 'jinja'"))
    }
  }

  private func read(_ node: YAMLNode, into source: inout TemplateSource, _ problems: ProblemList) {
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
