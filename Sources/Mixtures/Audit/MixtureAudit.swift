import Bytes
import JSON

/// Reads a complete folder again, file by file and line by line, and holds it against what its manifest
/// promises; nothing is taken over from the build.
public struct MixtureAudit {
  let mixture: WrittenMixture
  var findings = AuditFindings()
  var shares: ShareAudit
  var repeats: RepeatAudit
  var overlap: OverlapAudit
  let templates: TemplateAudit
  var evaluationExamples = 0
  private var cells: CellAudit
  /// Place by name, and by name and id.
  private let tasks: [[UInt8]: Int]
  private let templatePlaces: [[[UInt8]: Int]]

  /// - Parameter similarity: from which two records count as near-duplicates; nil: what the recipe said, else 0.8.
  /// - Throws: a `Diagnostic` for a folder that is not complete.
  public init(_ folder: String, similarity: Double? = nil) throws {
    let mixture = try WrittenMixture(folder)
    self.mixture = mixture
    shares = ShareAudit(mixture)
    repeats = RepeatAudit(tasks: mixture.tasks.count)
    overlap = OverlapAudit(mixture, similarity: similarity ?? mixture.nearDuplicates ?? 0.8)
    cells = CellAudit(mixture)
    templates = TemplateAudit(mixture, &findings)
    tasks = Self.places(mixture.tasks.map(\.name))
    templatePlaces = mixture.tasks.map { Self.places($0.templates.map(\.id)) }
  }

  private static func places(_ names: [String]) -> [[UInt8]: Int] {
    Dictionary(names.enumerated().map { (Array($0.element.utf8), $0.offset) }) { first, _ in first }
  }

  /// Looks at everything.
  ///
  /// - Parameter progress: told of examples read, and of how many there are.
  /// - Throws: what cannot be read at all; what is wrong with what was read becomes a finding.
  public mutating func run(progress: (Int, Int) -> Void = { _, _ in }) throws {
    let files = mixture.evaluation + mixture.shards
    let total = files.reduce(0) { $0 + $1.examples }
    var strays: Set<String> = Set(
      try namesInFolder(mixture.folder).filter { $0.hasPrefix("train-") && $0.contains(".jsonl") })
    strays.subtract(mixture.shards.map(\.path))
    for name in strays.sorted() {
      findings.add("files", "'\(name)' is no file of the mixture, but a reader of 'train-*' takes it for one")
    }
    var done = 0
    for file in files {
      if let problem = file.problem(in: mixture.folder) { findings.add("files", problem) }
      guard fileExists(mixture.folder + "/" + file.path) else { continue }
      var count = 0
      do {
        let path = mixture.folder + "/" + file.path
        if [EvaluationFile.contentFree.path, EvaluationFile.records.path].contains(file.path) {
          try JSONLines.read(path) { _, _ in count += 1 }
          done += count
        } else {
          try ExampleView.forEach(in: path) { example, line in
            add(example, file, number: count, line: line)
            count += 1
            done += 1
            if done % 4_096 == 0 { progress(done, total) }
          }
        }
      } catch let problem as Diagnostic where problem.cause != .environment {
        findings.add("lines", problem.location.map { "\($0): \(problem.message)" } ?? problem.message)
      }
      if count != file.examples {
        findings.add("files", "'\(file.path)' has \(count) examples; the manifest says \(file.examples)")
      }
    }
    shares.check(&findings)
    cells.check(&findings)
    overlap.check(mixture, promisesNear: mixture.nearDuplicates != nil, &findings)
  }

  private mutating func add(_ example: ExampleView, _ file: WrittenFile, number: Int, line: Int) {
    func place() -> String { "\(file.path):\(line)" }
    guard let task = tasks[Array(example.task)] else {
      return findings.add("unknown tasks", "\(place()): no task '\(example.task.text)' in the manifest")
    }
    guard let template = templatePlaces[task][Array(example.template)] else {
      return findings.add(
        "unknown templates",
        "\(place()): task '\(mixture.tasks[task].name)' has no template '\(example.template.text)'")
    }
    if isBlank(example.input) { findings.add("empty inputs", "\(place()): the input is empty") }
    if isBlank(example.target) { findings.add("empty targets", "\(place()): the target is empty") }
    if file.isEvaluation {
      if example.index != number {
        findings.add("indices", "\(place()): index \(example.index), expected \(number)")
      }
      guard !file.servesPrompts else {
        if overlap.isMeasured(example) {
          findings.add(
            "measured records among exemplars",
            "\(place()): task '\(mixture.tasks[task].name)': record \(example.record.text) is measured on")
        }
        return
      }
      evaluationExamples += 1
      let cell = file.path.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
      cells.add(example, cell: cell, task: task, template: template, &findings)
      overlap.addTest(example, task: task, template: template)
      return
    }
    if example.index != shares.examples {
      findings.add("indices", "\(place()): index \(example.index), expected \(shares.examples)")
    }
    if !mixture.tasks[task].templates[template].isSeen {
      findings.add(
        "held-out templates in training",
        "\(place()): task '\(mixture.tasks[task].name)': template "
          + "'\(mixture.tasks[task].templates[template].name)' is held out")
    }
    shares.add(task: task, template: template)
    let isNew = repeats.add(example, task: task, template: template)
    overlap.addTraining(example, task: task, template: template, isNew: isNew)
  }

  private func isBlank(_ text: UnsafeRawBufferPointer) -> Bool { text.allSatisfy { $0 <= 32 } }
}
