import Bytes
import Templates
import YAML

/// What becomes of one task of lm-evaluation-harness.
struct HarnessParts {
  /// Keys whose values are taken over.
  static let carried: Set<String> = [
    "task", "dataset_path", "dataset_name", "doc_to_text", "doc_to_target", "doc_to_choice", "description",
    "metric_list",
  ]
  /// Keys that say nothing about prompts.
  static let sayNothing: Set<String> = [
    "task_alias", "group_alias", "metadata", "test_split", "training_split", "validation_split",
    "output_type",
    "dataset_kwargs", "unsafe_code",
  ]
  /// Keys that decide what the prompts are.
  static let deciding = [
    "class", "custom_dataset", "process_docs", "doc_to_text", "doc_to_target", "doc_to_choice", "description",
    "doc_to_image", "doc_to_audio",
  ]
  /// Loaders of files, which name no data set.
  private static let loaders: Set<String> = ["", "json", "csv", "parquet", "text", "arrow"]

  let dataset: String
  let subset: String?
  private(set) var problems: [(reason: String, problem: Diagnostic)] = []
  /// The texts as they stand in the files, each to be compiled, so that errors are told at their places.
  private(set) var checked: [TemplateSource] = []
  private let config: HarnessFiles.Config
  private let name: String
  private let reference: String

  init(_ config: HarnessFiles.Config, name: String, reference: String) {
    self.config = config
    self.name = name
    self.reference = reference
    let path = config["dataset_path"]?.text ?? ""
    let isNamed = !Self.loaders.contains(path)
    dataset = isNamed ? path : name
    subset = isNamed ? config["dataset_name"]?.text : nil
  }

  /// The task as a template; nil, with problems, where it has no text or a value of the wrong kind.
  mutating func source() -> TemplateSource? {
    guard let textNode = config["doc_to_text"] else {
      problems.append(
        ("there is no doc_to_text", Diagnostic("no 'doc_to_text' in '\(name)'", at: config.location)))
      return nil
    }
    var text = scalar(textNode, "doc_to_text") ?? ""
    let target = config["doc_to_target"].flatMap { scalar($0, "doc_to_target") }
    let choices = config["doc_to_choice"].flatMap { listed($0) }
    let description = config["description"].flatMap { scalar($0, "description") } ?? ""
    guard problems.isEmpty else { return nil }
    if text.isEmpty, description.isEmpty, target == nil {
      problems.append(
        ("doc_to_text is empty", textNode.error("'doc_to_text' is empty, and no target is given")))
      return nil
    }
    if isFieldName(text) { text = "{{ \(text) }}" }
    check(text, textNode)
    if let node = config["description"] { check(description, node) }
    if let node = config["doc_to_target"], let target, !isFieldName(target) { check(target, node) }
    if let node = config["doc_to_choice"], let choices, !isFieldName(choices) { check(choices, node) }
    var source = TemplateSource(
      id: nameUUID(["lm-eval", name]), name: name, jinja: joined(description, text), answerChoices: choices,
      reference: "lm-evaluation-harness \(reference)", metrics: metrics, originalTask: true,
      location: textNode.location)
    source.target = target
    source.environment = .lmEval
    return source
  }

  private mutating func scalar(_ node: YAMLNode, _ key: String) -> String? {
    if let text = node.text { return text }
    problems.append(
      ("\(key) is no text", node.error("'\(key)' must be a text, found \(node.description)")))
    return nil
  }

  /// A list or a mapping of choices as an expression that prints the list; a text as it is.
  private mutating func listed(_ node: YAMLNode) -> String? {
    let items: [YAMLNode]
    switch node.kind {
    case .scalar(let text, _): return text
    case .sequence(let list): items = list
    case .mapping(let pairs): items = pairs.map(\.value)
    }
    var texts: [String] = []
    for item in items {
      guard let text = scalar(item, "doc_to_choice") else { return nil }
      texts.append(quoted(text))
    }
    return "{{ [\(texts.joined(separator: ", "))] }}"
  }

  /// A text as a literal of Jinja.
  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// The description in front of the text; an empty expression keeps a `{%-` from eating its blanks.
  private func joined(_ description: String, _ text: String) -> String {
    let trims = ["{{-", "{%-", "{#-"].contains { text.hasPrefix($0) }
    let ends = ["-}}", "-%}", "-#}"].contains { description.hasSuffix($0) }
    if description.isEmpty { return text }
    return description + (trims || ends ? "{{ '' }}" : "") + text
  }

  private mutating func check(_ text: String, _ node: YAMLNode) {
    var source = TemplateSource(id: name, name: name, jinja: text, location: node.location)
    if let written = node.text, written.utf8.elementsEqual(text.utf8) { source.jinjaNode = node }
    source.environment = TemplateEnvironment.lmEval
    checked.append(source)
  }

  private var metrics: [String] {
    guard case .sequence(let items)? = config["metric_list"]?.kind else { return [] }
    return items.compactMap { item in
      guard case .mapping(let pairs) = item.kind else { return nil }
      let metric = pairs.first { $0.key.text == "metric" }?.value
      return metric?.tag == nil ? metric?.text : nil
    }
  }
}
