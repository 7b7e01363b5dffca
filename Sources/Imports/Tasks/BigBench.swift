public import Bytes
import JSON
import Records
import Templates

extension TaskImport {
  /// Reads BIG-bench JSON task files (Srivastava et al. 2022) and those of BIG-Bench Hard: `examples` with `input`
  /// and `target` or `target_scores`; every `*.json` below a folder, or one such file.
  public static func bigBench(_ path: String) throws(Diagnostic) -> TaskImport {
    try collected(path) { (value, file) throws(Diagnostic) in
      try BigBenchTask(JSONNode(value, file: file, advice: "correct the file")).task(file)
    }
  }
}

private struct BigBenchTask {
  private let node: JSONNode
  private static let collection = "big-bench"

  init(_ node: JSONNode) { self.node = node }

  func task(_ file: String) throws(Diagnostic) -> TaskImport.Task {
    let name = taskAndSplit(file).name
    let examples = try node.required("examples").items()
    guard let first = examples.first else {
      throw Diagnostic("the task has no examples", at: SourceLocation(path: file))
    }
    _ = try first.required("input")
    var scored = 0
    var listed = 0
    for example in examples {
      if try example.optional("target_scores") != nil { scored += 1 }
      if case .list? = try example.optional("target")?.value { listed += 1 }
    }
    guard scored == 0 || scored == examples.count else {
      throw Diagnostic(
        "\(scored) of \(examples.count) examples have 'target_scores'; expected all of them or none",
        at: SourceLocation(path: file))
    }
    if scored == 0 { _ = try first.required("target") }
    let form = scored > 0 ? Form.choices : listed > 0 ? .several : .one
    let fields =
      switch form {
      case .choices: ["input: input", "scores: target_scores"]
      case .several: ["input: input", "targets: target"]
      case .one: ["input: input", "target: target"]
      }
    let keywords = try node.optional("keywords")?.items().first?.text() ?? "reasoning"
    let description = CorpusText(
      cluster: keywords.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "_"),
      format: "json", settings: ["records: /examples"], fields: fields,
      metric: form == .choices ? "accuracy" : "exact_match", citation: "BIG-bench, task \(name)")
    return TaskImport.Task(
      name: name, files: [(file, nil)], description: description,
      templates: try templates(name, form, file))
  }

  private enum Form {
    case choices, several, one

    var target: String {
      switch self {
      case .choices:
        "{% for choice, score in scores.items() if score > 0 %}{% if loop.first %}{{ choice }}{% endif %}"
          + "{% endfor %}"
      case .several: "{{ targets[0] }}{% for target in targets[1:] %} ||| {{ target }}{% endfor %}"
      case .one: "{{ target }}"
      }
    }
  }

  private func text(_ key: String, _ otherwise: String) throws(Diagnostic) -> String {
    guard let value = try node.optional(key) else { return otherwise }
    return literal(try value.text()) ?? otherwise
  }

  private func templates(_ name: String, _ form: Form, _ file: String) throws(Diagnostic) -> [TemplateSource]
  {
    let prefix = try text("task_prefix", "")
    let before = try text("example_input_prefix", "Q: ")
    let behind = try text("example_output_prefix", "\nA: ")
    let title = try text("description", "")
    let choices = form == .choices ? "{{ scores.keys() | join(\"|||\") }}" : nil
    let options = "{% for choice in answer_choices %}\n- {{ choice }}{% endfor %}"
    func template(_ title: String, _ input: String, lists: Bool = false) -> TemplateSource {
      importedTemplate(
        Self.collection, name, title, "\(input)\n|||\n\(form.target)", choices: choices, lists: lists)
    }
    var templates = [
      template("published", "\(prefix)\(before){{ input }}\(behind)"),
      template("question_and_answer", "\(prefix)Question: {{ input }}\nAnswer:"),
      template("plain", "\(prefix){{ input }}"),
    ]
    if !title.isEmpty {
      templates.append(template("description_in_front", "\(title)\n\n{{ input }}\nAnswer:"))
    }
    if choices != nil {
      templates.append(
        template("choices_below", "\(prefix){{ input }}\nChoose one:\(options)\nAnswer:", lists: true))
    }
    return templates
  }
}
