import Bytes
import Corpora
import JSON
import Records
import Templates
import YAML

/// A first description and first templates of a task, as `phrasebook init` writes them.
struct StarterTask {
  let name: String
  let source: String
  let outline: FileOutline
  /// The field with the answers, by its name; nil before the values are known, and where there is one field only.
  private(set) var answer: String?
  /// The answers, where they are few: choices in the order of their places.
  private(set) var choices: [String] = []
  private var types: [String: String] = [:]
  private var allowsBad = false

  init(name: String, source: String, outline: FileOutline) {
    self.name = name
    self.source = source
    self.outline = outline
  }

  /// A task's name from a file's: letters, digits and underscores, without endings.
  static func name(of path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? "task"
    let stem = file.split(separator: ".", omittingEmptySubsequences: true).first.map(String.init) ?? "task"
    var name = String.UnicodeScalarView()
    for scalar in stem.unicodeScalars {
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      name.append(isPlain ? scalar : "_")
    }
    let text = String(name).lowercased()
    return text.allSatisfy { $0 == "_" } ? "task" : text
  }

  private static let answerNames: Set<String> = [
    "label", "labels", "target", "targets", "answer", "answers", "output", "outputs", "class", "category",
    "gold", "completion", "summary", "sentiment", "y", "entailment", "value", "result", "response",
  ]

  /// Chooses the field with the answers: one that looks like labels, else one whose name says so, else the last.
  mutating func decide(_ survey: CorpusSurvey, bad: Int) {
    allowsBad = bad > 0
    for field in survey.fields {
      if field.kinds.count == 1, field.kinds[0].kind == "string", field.spellsIntegers, field.empty == 0 {
        types[field.name] = "integer"
      }
    }
    let labels = survey.fields.filter { $0.looksLikeLabel(of: survey.count) }
    let named = labels.last { Self.answerNames.contains($0.name) }
    if survey.fields.count > 1, let label = named ?? labels.last {
      answer = label.name
      let texts = (label.values ?? []).map { JSONText.line($0.value) }
      // In an order that does not depend on which record comes first.
      choices = texts.map { String($0.dropLast()) }.map {
        $0.hasPrefix("\"") ? String($0.dropFirst().dropLast()) : $0
      }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      if choices.contains(where: { $0.contains("|||") || $0.contains("\\") || $0.contains("{") || $0.isEmpty }
      ) {
        choices = []
      }
      types[label.name] = nil
    }
    if answer == nil, survey.fields.count > 1 {
      answer = survey.fields.last { Self.answerNames.contains($0.name) }?.name ?? survey.fields.last?.name
    }
  }

  var corpusText: String {
    var buffer = ByteBuffer()
    func line(_ key: String, _ value: String, indent: Int = 0) {
      buffer.append(String(repeating: " ", count: indent) + key + ": ")
      YAMLText.append(value, to: &buffer, indent: indent)
      buffer.append("\n" as StaticString)
    }
    line("name", name)
    buffer.append(
      "cluster: own            # the kind of task: nli, sentiment … ; held out together\n" as StaticString)
    line("source", source)
    line("format", outline.format.rawValue)
    if !outline.records.isEmpty { line("records", outline.records) }
    if outline.isColumns { buffer.append("layout: columns\n" as StaticString) }
    if let separator = outline.separator { line("separator", separator) }
    if outline.quotes { buffer.append("quotes: true\n" as StaticString) }
    if !outline.columns.isEmpty {
      buffer.append("columns: [\(outline.columns.joined(separator: ", "))]\n")
    }
    if let encoding = outline.encoding { line("encoding", encoding.rawValue) }
    buffer.append("fields:\n" as StaticString)
    for field in outline.fields { append(field, to: &buffer) }
    line("metric", choices.isEmpty ? "exact_match" : "accuracy")
    if allowsBad { buffer.append("on_bad_record: quarantine\n" as StaticString) }
    return buffer.text
  }

  private func append(_ field: FileOutline.Field, to buffer: inout ByteBuffer) {
    func quoted(_ text: String) -> String {
      var scalar = ByteBuffer()
      JSONText.appendString(text, to: &scalar)
      return scalar.text
    }
    var parts: [String] = []
    if field.name == answer, !choices.isEmpty {
      let pairs = choices.enumerated().map { "\(quoted($1)): \($0)" }
      parts.append("map: {\(pairs.joined(separator: ", "))}")
    }
    if let type = types[field.name] ?? (field.isList ? "list" : nil) { parts.append("type: \(type)") }
    if field.isOptional { parts.append("default: \"\"") }
    // Double quotes of JSON are double quotes of YAML.
    let path = quoted(field.path)
    buffer.append("  \(field.name): ")
    buffer.append(parts.isEmpty ? path : "{from: \(path), \(parts.joined(separator: ", "))}")
    buffer.append(10)
  }

  /// Three phrasings, to be rewritten: with the names of the fields, as a question, and as an instruction.
  var templates: [TemplateSource] {
    let given = outline.fields.filter { $0.name != answer }
    func value(_ field: FileOutline.Field) -> String {
      field.isList ? "{{ \(field.name) | join(\", \") }}" : "{{ \(field.name) }}"
    }
    let named = given.map { "\(title($0.name)): \(value($0))" }.joined(separator: "\n")
    let plain = given.map(value).joined(separator: "\n\n")
    let target: String
    let ask: String
    if let answer {
      target = choices.isEmpty ? "{{ \(answer) }}" : "{{ answer_choices[\(answer)] }}"
      ask = title(answer).lowercased()
    } else {
      target = outline.fields.first.map(value) ?? ""
      ask = "text"
    }
    let options = choices.isEmpty ? "" : " Choose from: {{ answer_choices | join(\", \") }}."
    let texts = [
      ("fields_by_name", "\(named)\n\(title(ask)):", false),
      ("question_behind", "\(plain)\n\nWhat is the \(ask) of this?\(options)", !choices.isEmpty),
      (
        "instruction_in_front", "Read what follows and give its \(ask).\(options)\n\n\(plain)",
        !choices.isEmpty
      ),
    ]
    return texts.map { name, input, listsChoices in
      TemplateSource(
        id: nameUUID(["init", self.name, name]), name: name, jinja: "\(input)\n|||\n\(target)",
        answerChoices: choices.isEmpty ? nil : choices.joined(separator: " ||| "),
        choicesInPrompt: listsChoices,
        languages: ["en"], metrics: [choices.isEmpty ? "Other" : "Accuracy"], originalTask: true,
        location: SourceLocation(path: name))
    }
  }

  private func title(_ name: String) -> String {
    let words = name.replacing("_", with: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}

/// What `phrasebook init` tells.
struct StarterReport {
  var task: StarterTask
  var paths: [String]
  var records: Int

  var result: CommandResult {
    let json = Value.dictionary(
      ValueDictionary([
        ("name", .string(task.name)), ("format", .string(task.outline.format.rawValue)),
        ("fields", .list(task.outline.fields.map { .string($0.name) })),
        ("answer", task.answer.map(Value.string) ?? .null),
        ("choices", .list(task.choices.map(Value.string))),
        ("written", .list(paths.map(Value.string))),
      ]))
    var text = "\(task.name): \(task.outline.format.rawValue), fields "
    text += task.outline.fields.map(\.name).joined(separator: ", ")
    if let answer = task.answer {
      text += "; the answer is '\(answer)'" + (task.choices.isEmpty ? "" : ", one of \(task.choices.count)")
    }
    text += "\n" + paths.map { "wrote \($0)\n" }.joined()
    text += "next: look at both, then  phrasebook inspect \(paths[0])\n"
    return CommandResult(json: JSONText.document(json)) { [text] _, _ in text }
  }
}
