internal import Bytes
internal import JSON
package import Metrics
internal import Records

/// A folder's evaluation, read back for statistics: what each answer contributes to its task's metric.
package struct EvaluatedFolder: Sendable {
  package struct Task: Sendable {
    package var name: String
    package var metric: Metric
    /// By cell, by template in the order of the file, by record.
    var answers: [EvaluationCell: [TemplateAnswers]] = [:]
  }

  struct TemplateAnswers: Sendable {
    var template: String
    var contributions: [String: [Double]] = [:]
  }

  package private(set) var model: String
  package private(set) var seed: UInt64
  package private(set) var level: Double
  package private(set) var resamples: Int
  package private(set) var tasks: [Task] = []

  /// - Throws: a `Diagnostic` for a folder without an evaluation and for damaged files.
  package init(_ folder: String) throws {
    let path = folder + "/evaluation/results.json"
    let lines = folder + "/evaluation/predictions.jsonl"
    guard fileExists(path), fileExists(lines) else {
      throw Diagnostic("no evaluation in '\(folder)'; run 'phrasebook evaluate \(folder)' first")
    }
    let advice = "run `phrasebook evaluate` again"
    let results = try JSONNode.read(path, advice: advice)
    model = try results.required("model").text()
    seed = try results.required("seed").unsigned()
    level = try results.optional("gap")?.optional("level")?.number() ?? 0.95
    resamples = try results.optional("gap")?.optional("resamples")?.integer() ?? 2_000
    var places: [String: Int] = [:]
    for list in ["tasks", "unseen_tasks"] {
      for node in try results.optional(list)?.items() ?? [] {
        let name = try node.required("name").text()
        guard places[name] == nil else { continue }
        let metric = try node.required("metric")
        guard let known = Metric(rawValue: try metric.text()) else { throw metric.mismatch("a metric") }
        places[name] = tasks.count
        tasks.append(Task(name: name, metric: known))
      }
    }
    let alternatives = try Alternatives(folder, needed: tasks.contains { !$0.metric.isShareOfRight })
    var classes = tasks.map { _ in ClassNames() }
    let parser = try JSONParser()
    try JSONLines.read(lines) { bytes, line in
      let value = try parser.parse(bytes, path: lines, line: line)
      let node = JSONNode(value, file: "\(lines):\(line)", advice: advice)
      guard let place = places[try node.required("task").text()] else { return }
      let cell = try node.required("cell")
      guard let known = EvaluationCell(rawValue: try cell.text()) else {
        throw cell.mismatch("a cell's name")
      }
      let isRight = try node.optional("correct")?.boolean() ?? false
      var contribution: [Double] = [isRight ? 1 : 0]
      if !tasks[place].metric.isShareOfRight {
        let targets = alternatives[known, try node.required("index").integer()]
        contribution = tasks[place].metric.evidence(
          try node.optional("prediction")?.text() ?? "",
          targets: try targets ?? [node.required("target").text()], isRight: isRight, classes: &classes[place]
        )
      }
      tasks[place].add(
        contribution, known, template: try node.required("template").text(),
        record: try node.required("record").text())
    }
  }
}

extension EvaluatedFolder.Task {
  fileprivate mutating func add(
    _ contribution: [Double], _ cell: EvaluationCell, template: String, record: String
  ) {
    var all = answers.removeValue(forKey: cell) ?? []
    // Files go record by record through the templates, so the one wanted is near the one before.
    let place = all.firstIndex { $0.template.utf8.elementsEqual(template.utf8) }
    if let place {
      all[place].contributions[record] = contribution
    } else {
      all.append(EvaluatedFolder.TemplateAnswers(template: template, contributions: [record: contribution]))
    }
    answers[cell] = all
  }

  /// The templates and records of a cell as a grid, all templates on one side.
  ///
  /// - Parameter pairs: the only answers that count, by template; nil: all.
  /// - Returns: nil where nothing is left.
  package func grid(_ cell: EvaluationCell, only pairs: [String: Set<String>]? = nil) -> PairedGrid? {
    let templates = (answers[cell] ?? []).compactMap { template -> [String: [Double]]? in
      guard let pairs else { return template.contributions }
      let kept = template.contributions.filter { pairs[template.template]?.contains($0.key) == true }
      return kept.isEmpty ? nil : kept
    }
    let records = Set(templates.flatMap(\.keys)).sorted()
    guard !records.isEmpty else { return nil }
    if metric.isMean {
      return PairedGrid(
        rows: records.map { record in templates.map { $0[record]?.first } }, seen: templates.count)
    }
    let columns = templates.map { template in
      var table = EvidenceTable(metric)
      var rows: [Int32] = []
      for (place, record) in records.enumerated() {
        guard let contribution = template[record] else { continue }
        table.add(contribution)
        rows.append(Int32(place))
      }
      return PairedGrid.Column(table: table, records: rows)
    }
    return PairedGrid(columns: columns, seen: columns.count, records: records.count)
  }

  /// The pairs of template and record that both have.
  func shared(with other: Self, _ cell: EvaluationCell) -> [String: Set<String>] {
    var pairs: [String: Set<String>] = [:]
    for template in other.answers[cell] ?? [] { pairs[template.template] = Set(template.contributions.keys) }
    var shared: [String: Set<String>] = [:]
    for template in answers[cell] ?? [] {
      guard let known = pairs[template.template] else { continue }
      let both = known.intersection(template.contributions.keys)
      if !both.isEmpty { shared[template.template] = both }
    }
    return shared
  }
}

/// All right answers of the examples that have several.
private struct Alternatives {
  private var targets: [EvaluationCell: [Int: [String]]] = [:]

  init(_ folder: String, needed: Bool) throws {
    guard needed else { return }
    for cell in EvaluationCell.allCases where fileExists(cell.path(in: folder)) {
      var found: [Int: [String]] = [:]
      try ExampleLines.read(cell.path(in: folder)) { example in
        if !example.alternatives.isEmpty { found[example.index] = example.targets }
      }
      targets[cell] = found
    }
  }

  subscript(cell: EvaluationCell, index: Int) -> [String]? { targets[cell]?[index] }
}
