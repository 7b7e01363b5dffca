public import Bytes
import JSON
import Records
import Templates

extension TaskImport {
  /// Reads chain-of-thought files as FLAN publishes them (Chung et al. 2022): tab-separated question, answer and
  /// reasoning, without a header; every `*.tsv` below a folder, or one such file.
  public static func flanChainOfThought(_ path: String) throws(Diagnostic) -> TaskImport {
    let files = try filesFound(below: path) { $0.hasSuffix(".tsv") }
    guard !files.isEmpty else { throw Diagnostic("no .tsv file below '\(path)'; name the folder, or a file") }
    var found = TaskImport()
    for file in files {
      found.files += 1
      let name = taskAndSplit(file).name
      let parts: [(String, String)] = [
        ("answer_only", "{{ question }}\n|||\n{{ answer }}"),
        (
          "reasoning_then_answer",
          "{{ question }}\nThink about it step by step, then answer.\n|||\n{{ reasoning }} So the answer is {{ answer }}."
        ),
        (
          "answer_then_reasoning",
          "{{ question }}\nAnswer and say why.\n|||\n{{ answer }} Reason: {{ reasoning }}"
        ),
        ("explain", "Question: {{ question }}\nAnswer: {{ answer }}\nWhy is that so?\n|||\n{{ reasoning }}"),
      ]
      let replace = "replace: [[\"\\\\n\", \"\\n\"]]"
      let description = CorpusText(
        cluster: "reasoning", format: "tsv", settings: ["columns: [question, answer, reasoning]"],
        fields: [
          "question: {from: question, \(replace)}", "answer: answer",
          "reasoning: {from: reasoning, \(replace)}",
        ], metric: "exact_match", citation: "The FLAN collection, chain-of-thought file \(name)")
      found.add(
        TaskImport.Task(
          name: name, files: [(file, nil)], description: description,
          templates: parts.map { importedTemplate("flan-cot", name, $0.0, $0.1) }))
    }
    found.sortTasks()
    return found
  }

  /// Reads files of ready examples as JSON lines: `{"prompt", "completion"}`, chat `{"messages"}`, or
  /// `{"instruction", "input", "output"}`; every `*.jsonl` below a folder, or one file of any name.
  public static func examples(_ path: String) throws(Diagnostic) -> TaskImport {
    let files = try filesFound(below: path) { $0.hasSuffix(".jsonl") }
    guard !files.isEmpty else {
      throw Diagnostic("no .jsonl file below '\(path)'; name the folder, or a file")
    }
    var found = TaskImport()
    for file in files {
      found.files += 1
      do throws(Diagnostic) { found.add(try exampleTask(file)) } catch { found.refuse(file, error) }
    }
    found.sortTasks()
    return found
  }

  private static let chat =
    "{% for message in messages[:-1] %}{{ message.role }}: {{ message.content }}\n{% endfor %}"
    + "{{ messages[-1].role }}:\n|||\n{{ messages[-1].content }}"

  /// The kinds of files, by the keys that their objects have.
  private static let kinds: [(keys: [String], fields: [String], jinja: String)] = [
    (
      ["prompt", "completion"], ["prompt: prompt", "completion: completion"],
      "{{ prompt }}\n|||\n{{ completion }}"
    ),
    (["messages"], ["messages: {from: messages, type: list}"], chat),
    (
      ["instruction", "output"],
      ["instruction: instruction", "input: {from: input, default: \"\"}", "output: output"],
      "{{ instruction }}{% if input %}\n\n{{ input }}{% endif %}\n|||\n{{ output }}"
    ),
    (["question", "answer"], ["question: question", "answer: answer"], "{{ question }}\n|||\n{{ answer }}"),
  ]

  private static func exampleTask(_ file: String) throws(Diagnostic) -> Task {
    let (name, split) = taskAndSplit(file)
    guard case .dictionary(let object)? = try firstLine(file) else {
      throw Diagnostic(
        "the first line is no object; expected JSON lines", at: SourceLocation(path: file, line: 1))
    }
    guard let kind = kinds.first(where: { $0.keys.allSatisfy { object[$0] != nil } }) else {
      let known = kinds.map { $0.keys.joined(separator: " and ") }.joined(separator: "; ")
      throw Diagnostic(
        "the records have the keys \(object.keys.joined(separator: ", ")); expected \(known)",
        at: SourceLocation(path: file, line: 1))
    }
    let description = CorpusText(
      cluster: "examples", format: "jsonl", fields: kind.fields, metric: "exact_match")
    return Task(
      name: name, files: [(file, split)], description: description,
      templates: [importedTemplate("examples", name, "as_published", kind.jinja)])
  }

  private static func firstLine(_ file: String) throws(Diagnostic) -> Value? {
    struct Enough: Error {}
    var line: [UInt8] = []
    do {
      try JSONLines.read(file) { bytes, _ in
        line = Array(bytes)
        throw Enough()
      }
    } catch let problem as Diagnostic {
      throw problem
    } catch {}
    guard !line.isEmpty else { return nil }
    return try JSONParser().parse(String(decoding: line, as: UTF8.self), path: file)
  }
}
