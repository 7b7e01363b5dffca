public import Bytes
import JSON
import Records
import Templates
import YAML

/// What was found in a collection of tasks: data with the instructions that go with it. Each task becomes a
/// `corpus.yaml`, which reads the data where it lies, and a `templates.yaml`.
public struct TaskImport: Sendable {
  /// A task that can be written.
  public struct Task: Sendable {
    public internal(set) var name: String
    /// The data files, by the split they were published as.
    public internal(set) var files: [(path: String, split: String?)]
    /// How many templates.
    public var count: Int { templates.count }
    var description: CorpusText
    var templates: [TemplateSource]
  }

  /// A file that is not taken over.
  public struct Refusal: Sendable {
    public var path: String
    public var problem: Diagnostic
  }

  /// Files that were read.
  public internal(set) var files = 0
  /// Sorted by name.
  public internal(set) var tasks: [Task] = []
  /// In the order of the files.
  public internal(set) var refusals: [Refusal] = []

  init() {}

  /// Takes a task in; a second file of the same name is another split of it.
  mutating func add(_ task: Task) {
    guard let place = tasks.firstIndex(where: { $0.name.utf8.elementsEqual(task.name.utf8) }) else {
      tasks.append(task)
      return
    }
    tasks[place].files += task.files
  }

  mutating func refuse(_ path: String, _ problem: Diagnostic) {
    refusals.append(Refusal(path: path, problem: problem))
  }

  mutating func sortTasks() { tasks.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }

  /// Writes `<folder>/corpora/<task>/corpus.yaml` and `<folder>/templates/<task>/templates.yaml`.
  ///
  /// - Parameter locate: gives a data file's path as seen from a folder.
  /// - Returns: the files that were written; those that already have the same bytes stay as they are.
  /// - Throws: when a file is there, differs and may not be replaced; then nothing is written.
  public func write(
    to folder: String, replacing: Bool, locate: (_ file: String, _ folder: String) -> String
  ) throws(Diagnostic) -> [String] {
    var changed: [(folder: String, path: String, text: String)] = []
    for task in tasks {
      let corpusFolder = "\(folder)/corpora/\(task.name)"
      let files = task.files.map { (path: locate($0.path, corpusFolder), split: $0.split) }
      var buffer = ByteBuffer()
      TemplateFileText.append(dataset: task.name, subset: nil, environment: nil, task.templates, to: &buffer)
      let templateFolder = "\(folder)/templates/\(task.name)"
      for (folder, name, text) in [
        (corpusFolder, "corpus.yaml", task.description.text(task.name, files)),
        (templateFolder, "templates.yaml", buffer.text),
      ] {
        let path = "\(folder)/\(name)"
        if fileExists(path) {
          let old = try MappedFile(path: path).withBytes { String(decoding: $0, as: UTF8.self) }
          if old.utf8.elementsEqual(text.utf8) { continue }
          guard replacing else {
            throw Diagnostic(
              "'\(path)' is there already and differs; give another folder with '--output', or '--replace' to "
                + "replace it")
          }
        }
        changed.append((folder, path, text))
      }
    }
    for (folder, path, text) in changed {
      try makeFolder(folder)
      var file = try AtomicFile(path: path)
      try file.write(text)
      _ = try file.commit()
    }
    return changed.map(\.path)
  }
}

/// The parts of a `corpus.yaml` that depend on the kind of collection.
struct CorpusText: Sendable {
  var cluster: String
  var format: String
  /// Lines such as `records: /Instances`.
  var settings: [String] = []
  /// Lines such as `input: input`.
  var fields: [String]
  var metric: String
  var citation: String?
  var language = "en"

  func text(_ name: String, _ files: [(path: String, split: String?)]) -> String {
    func quoted(_ text: String) -> String {
      var buffer = ByteBuffer()
      JSONText.appendString(text, to: &buffer)
      return buffer.text
    }
    var lines = ["name: \(name)", "cluster: \(cluster)"]
    let plain = files.filter { $0.split == nil }.map(\.path)
    if !plain.isEmpty { lines.append("source: [" + plain.map(quoted).joined(separator: ", ") + "]") }
    let names = Set(files.compactMap(\.split))
    let splits: [String] = ["train", "validation", "test"].filter(names.contains)
    if !splits.isEmpty {
      lines.append("splits:")
      for split in splits {
        let paths = files.filter { $0.split == split }.map { quoted($0.path) }
        lines.append("  \(split): [" + paths.joined(separator: ", ") + "]")
      }
    }
    lines.append("format: \(format)")
    lines += settings
    lines.append("fields:")
    lines += fields.map { "  " + $0 }
    lines.append("metric: \(metric)")
    if let citation { lines.append("citation: \(quoted(citation))") }
    lines.append("language: \(language)")
    return lines.joined(separator: "\n") + "\n"
  }
}

/// A text that stands in a template as it is; nil where it cannot, for what divides input and target is in it.
func literal(_ text: String) -> String? {
  if text.contains("|||") { return nil }
  guard ["{{", "{%", "{#"].contains(where: text.contains) else { return text }
  return text.contains("endraw") ? nil : "{% raw %}\(text){% endraw %}"
}

/// The name of a task and of the split that a file holds: `task/train.json` is a split of `task`.
func taskAndSplit(_ path: String) -> (name: String, split: String?) {
  let parts = path.split(separator: "/").map(String.init)
  let stem = parts.last?.split(separator: ".").first.map(String.init) ?? "task"
  let splits = [
    "train": "train", "test": "test", "dev": "validation", "valid": "validation", "validation": "validation",
    "val": "validation",
  ]
  if let split = splits[stem.lowercased()], parts.count > 1 { return (safe(parts[parts.count - 2]), split) }
  // BIG-bench calls every file so and the folder after the task.
  if stem == "task", parts.count > 1 { return (safe(parts[parts.count - 2]), nil) }
  return (safe(stem), nil)
}

/// A name that a corpus may have.
private func safe(_ text: String) -> String {
  var name = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    let stays =
      scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_")
    name.append(stays ? scalar : "_")
  }
  return name.isEmpty ? "task" : String(name)
}

/// A template of an imported task.
func importedTemplate(
  _ collection: String, _ task: String, _ name: String, _ jinja: String, choices: String? = nil,
  lists: Bool = false
) -> TemplateSource {
  TemplateSource(
    id: nameUUID([collection, task, name]), name: name, jinja: jinja, answerChoices: choices,
    choicesInPrompt: lists, languages: ["en"], metrics: [choices == nil ? "Other" : "Accuracy"],
    originalTask: true, location: SourceLocation(path: name))
}
