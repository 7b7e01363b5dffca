internal import Bytes
internal import JSON
internal import Records

/// A first pass over a mixture's evaluation files: how much there is to do, and whether it may be done.
struct EvaluationSurvey {
  /// Examples in each cell whose file exists.
  private(set) var examples: [EvaluationCell: Int] = [:]
  /// The longest target, in bytes, of an example without choices.
  private(set) var longestFreeTarget = 0
  /// What answers without choices look like, by task.
  private(set) var freeAnswers: [FreeAnswers]

  var total: Int { examples.values.reduce(0, +) }

  /// - Throws: a `Diagnostic` for an example of an unknown task, a template in the wrong cell, a template
  ///   that meets a record twice, and for a mixture without any evaluation example.
  init(folder: String, mixture: MixtureSummary, tasks: NameIndex) throws {
    freeAnswers = mixture.tasks.map { _ in FreeAnswers() }
    try Self.checkFiles(folder: folder, mixture)
    for cell in EvaluationCell.allCases where fileExists(cell.path(in: folder)) {
      let path = cell.path(in: folder)
      var met: Set<Meeting> = []
      var templates = NameIndex()
      var records = NameIndex()
      var count = 0
      try ExampleLines.read(path) { example in
        guard let task = tasks.existing(example.task) else {
          throw Self.fault("the task '\(example.task)' is not in the manifest", path, example)
        }
        if cell == .unseenTasks, let count = mixture.tasks[task].count, count > 0 {
          throw Self.fault("the manifest says that the task was trained on", path, example)
        }
        let known = mixture.tasks[task].templates.first { $0.id.utf8.elementsEqual(example.template.utf8) }
        // The figures are worthless if this goes wrong, so it is looked at again here.
        if let known, cell == .seenTemplates ? !known.seen : cell == .unseenTemplates && known.seen {
          throw Self.fault(
            "the manifest says that the template was \(known.seen ? "trained on" : "held out")", path, example
          )
        }
        let meeting = Meeting(
          task: task, template: templates.number(of: example.template),
          record: records.number(of: example.record))
        guard met.insert(meeting).inserted else {
          throw Self.fault("the template meets this record twice", path, example)
        }
        if example.choices.isEmpty {
          freeAnswers[task].add(example.target)
          longestFreeTarget = ([longestFreeTarget] + example.targets.map(\.utf8.count)).max() ?? 0
        }
        count += 1
      }
      examples[cell] = count
    }
    if total == 0 {
      throw Diagnostic(
        "nothing to evaluate in '\(folder)/evaluation'; build the mixture with records held out for evaluation"
      )
    }
  }

  private struct Meeting: Hashable {
    var task: Int
    var template: Int
    var record: Int
  }

  /// Files that the manifest names must be those that the build wrote.
  private static func checkFiles(folder: String, _ mixture: MixtureSummary) throws {
    let prompts = [ExemplarPool.path, ContentFreePrompts.path].map { folder + "/" + $0 }
    for path in EvaluationCell.allCases.map({ $0.path(in: folder) }) + prompts.filter(fileExists) {
      let file = mixture.evaluation.first { "\(folder)/\($0.path)".utf8.elementsEqual(path.utf8) }
      if let file, try hashOfFile(at: path) != file.sha256 {
        throw Diagnostic(
          "the file is not the one that the manifest names (its SHA-256 differs); build the mixture again",
          at: SourceLocation(path: path))
      }
    }
  }

  private static func fault(_ what: String, _ path: String, _ example: Example) -> Diagnostic {
    Diagnostic(
      "\(what) (index \(example.index), task '\(example.task)', template '\(example.template)', record "
        + "\(example.record)); build the mixture again", at: SourceLocation(path: path))
  }
}
