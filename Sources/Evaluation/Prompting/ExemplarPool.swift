internal import Bytes
internal import JSON
internal import Records

/// The training records of one task that may stand solved in prompts, under every template of the task.
struct TaskExemplars: Sendable {
  /// Records' ids.
  private(set) var records: [String] = []
  /// Templates' ids, in the order of the file.
  private(set) var templates: [String] = []
  private var recordPlaces = NameIndex()
  private var templatePlaces = NameIndex()
  private var examples: [Place: Example] = [:]

  private struct Place: Hashable, Sendable {
    var record: Int
    var template: Int
  }

  mutating func add(_ example: Example) {
    let place = Place(
      record: recordPlaces.number(of: example.record), template: templatePlaces.number(of: example.template))
    (records, templates) = (recordPlaces.names, templatePlaces.names)
    examples[place] = example
  }

  func templatePlace(_ id: String) -> Int? { templatePlaces.existing(id) }

  /// nil where the template does not render the record.
  func example(record: Int, template: Int) -> Example? {
    examples[Place(record: record, template: template)]
  }
}

/// A mixture's `evaluation/exemplars.jsonl`.
struct ExemplarPool: Sendable {
  static let path = "evaluation/exemplars.jsonl"
  /// By the place of the task in the manifest.
  private(set) var tasks: [TaskExemplars]

  init(folder: String, tasks names: NameIndex) throws {
    let path = folder + "/" + Self.path
    tasks = names.names.map { _ in TaskExemplars() }
    guard fileExists(path) else {
      throw Diagnostic(
        "no exemplars in '\(folder)': '\(Self.path)' is missing; build the mixture again to evaluate with solved "
          + "examples in the prompt")
    }
    var read = tasks
    try ExampleLines.read(path) { example in
      guard let task = names.existing(example.task) else {
        throw Diagnostic(
          "the task '\(example.task)' is not in the manifest; build the mixture again",
          at: SourceLocation(path: path))
      }
      read[task].add(example)
    }
    tasks = read
  }
}
