public import Bytes
import JSON
import Records
import Templates

extension TaskImport {
  /// Reads Super-NaturalInstructions task files (Wang et al. 2022): `Definition`, `Positive Examples`, `Negative
  /// Examples` and `Instances`; every `*.json` below a folder, or one such file.
  public static func naturalInstructions(_ path: String) throws(Diagnostic) -> TaskImport {
    try collected(path) { (value, file) throws(Diagnostic) in
      try NaturalInstructionsTask(JSONNode(value, file: file, advice: "correct the file")).task(file)
    }
  }

  /// Reads every `*.json` below a folder, or one file.
  static func collected(
    _ path: String, _ read: (Value, String) throws(Diagnostic) -> Task
  ) throws(Diagnostic) -> TaskImport {
    let files = try filesFound(below: path) { $0.hasSuffix(".json") }
    guard !files.isEmpty else {
      throw Diagnostic("no .json file below '\(path)'; name the folder of the tasks, or a file")
    }
    var found = TaskImport()
    for file in files {
      found.files += 1
      do throws(Diagnostic) {
        found.add(try read(try JSONParser().parseFile(file), file))
      } catch {
        found.refuse(file, error)
      }
    }
    found.sortTasks()
    return found
  }
}

private struct NaturalInstructionsTask {
  private let node: JSONNode
  private static let collection = "natural-instructions"

  init(_ node: JSONNode) { self.node = node }

  func task(_ file: String) throws(Diagnostic) -> TaskImport.Task {
    let (name, split) = taskAndSplit(file)
    let definition = try texts("Definition").joined(separator: "\n")
    guard let definition = literal(definition) else {
      throw Diagnostic("the definition holds '|||', which divides templates", at: SourceLocation(path: file))
    }
    let positive = try examples("Positive Examples")
    let negative = try examples("Negative Examples")
    _ = try node.required("Instances").items()
    // Most files have a list of outputs, some a text.
    let target =
      "{% if outputs is string %}{{ outputs }}{% else %}{{ outputs[0] }}"
      + "{% for output in outputs[1:] %} ||| {{ output }}{% endfor %}{% endif %}"
    func template(_ title: String, _ input: String) -> TemplateSource {
      importedTemplate(Self.collection, name, title, "\(input)\n|||\n\(target)")
    }
    let ask = "Input: {{ input }}\nOutput:"
    var templates = [
      template("definition", "\(definition)\n\n\(ask)"),
      template("definition_behind", "{{ input }}\n\n\(definition)"),
    ]
    let good = positive.prefix(2).map { shown("Example", $0, "Because") }.joined(separator: "\n\n")
    let bad = negative.prefix(1).map { shown("What not to do", $0, "Wrong because") }.joined(
      separator: "\n\n")
    if !good.isEmpty {
      templates.append(template("definition_and_examples", "\(definition)\n\n\(good)\n\n\(ask)"))
      if !bad.isEmpty {
        templates.append(
          template("definition_and_good_and_bad_examples", "\(definition)\n\n\(good)\n\n\(bad)\n\n\(ask)"))
      }
    }
    let category = try texts("Categories").first ?? "instructions"
    let words = category.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "_")
    let source = try texts("Source").joined(separator: ", ")
    let description = CorpusText(
      cluster: words.isEmpty ? "instructions" : words, format: "json", settings: ["records: /Instances"],
      fields: ["input: input", "outputs: output"], metric: "exact_match",
      citation: source.isEmpty ? nil : "Super-NaturalInstructions, made from \(source)")
    return TaskImport.Task(name: name, files: [(file, split)], description: description, templates: templates)
  }

  /// A text, or a list of texts; nothing where the key is absent.
  private func texts(_ key: String) throws(Diagnostic) -> [String] {
    guard let value = try node.optional(key) else {
      if key == "Definition" { _ = try node.required(key) }
      return []
    }
    if case .string(let text) = value.value { return [text] }
    var texts: [String] = []
    for item in try value.items() { texts.append(try item.text()) }
    return texts
  }

  private struct Shown {
    var input: String
    var output: String
    var reason: String?
  }

  /// Examples whose texts may stand in a template.
  private func examples(_ key: String) throws(Diagnostic) -> [Shown] {
    var found: [Shown] = []
    for item in try node.optional(key)?.items() ?? [] {
      guard case .dictionary(let pairs) = item.value, case .string(let input)? = pairs["input"],
        let shownInput = literal(input)
      else { continue }
      let output: String? =
        switch pairs["output"] {
        case .string(let text)?: text
        case .list(let items)?: if case .string(let text)? = items.first { text } else { nil }
        default: nil
        }
      guard let output = output.flatMap(literal) else { continue }
      var reason: String?
      if case .string(let text)? = pairs["explanation"] { reason = literal(text) }
      found.append(Shown(input: shownInput, output: output, reason: reason))
    }
    return found
  }

  private func shown(_ title: String, _ example: Shown, _ because: String) -> String {
    let reason = example.reason.map { $0.isEmpty ? "" : "\n\(because): \($0)" } ?? ""
    return "\(title)\nInput: \(example.input)\nOutput: \(example.output)\(reason)"
  }
}
