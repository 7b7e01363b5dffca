internal import Metrics

/// One task's outcomes in one cell, arranged by template.
struct CellTable {
  var figures: CellFigures
  /// For each template, in the order of `figures`.
  var outcomes: [[TaskTally.Outcome]]

  /// - Returns: nil for no outcomes.
  init?(_ outcomes: [TaskTally.Outcome], _ tally: TaskTally, _ task: MixtureSummary.Task) {
    var byTemplate: [Int32: [TaskTally.Outcome]] = [:]
    for outcome in outcomes { byTemplate[outcome.template, default: []].append(outcome) }
    let known = task.templates.compactMap { tally.templates.existing($0.id).map { Int32($0) } }
    // Templates that the manifest does not name come last, in the order of their first examples.
    let others = Set(byTemplate.keys).subtracting(known).sorted()
    var templates: [TemplateFigure] = []
    self.outcomes = []
    for number in known + others {
      guard let group = byTemplate[number] else { continue }
      self.outcomes.append(group)
      templates.append(TemplateFigure(group, id: tally.templates.names[Int(number)], task))
    }
    guard let distribution = Distribution(templates.map(\.value)) else { return nil }
    figures = CellFigures(
      distribution: distribution, templates: templates,
      calibrationError: CalibrationError(outcomes).value)
  }
}

extension TemplateFigure {
  fileprivate init(_ outcomes: [TaskTally.Outcome], id: String, _ task: MixtureSummary.Task) {
    let template = task.templates.first { $0.id.utf8.elementsEqual(id.utf8) }
    let byLength = outcomes.compactMap(\.byLength)
    func share(_ count: Int) -> Double { Double(count) / Double(outcomes.count) }
    let isRanked = byLength.count == outcomes.count
    self.init(
      id: id, name: template?.name ?? id, family: template?.family, n: outcomes.count,
      value: EvidenceTable(outcomes, task.metric).figure() ?? 0,
      accuracy: share(outcomes.count { $0.isCorrect }),
      byCharacters: isRanked ? share(byLength.count { $0.characters }) : nil,
      byBytes: isRanked ? share(byLength.count { $0.bytes }) : nil,
      calibrationError: CalibrationError(outcomes).value)
  }
}

extension CalibrationError {
  /// Of the answers by choice.
  fileprivate init(_ outcomes: [TaskTally.Outcome]) {
    self.init()
    for outcome in outcomes where !outcome.confidence.isNaN {
      add(confidence: Double(outcome.confidence), isRight: outcome.isCorrect)
    }
  }
}

extension EvidenceTable {
  init(_ outcomes: [TaskTally.Outcome], _ metric: Metric) {
    self.init(metric)
    for outcome in outcomes { add(outcome.contribution) }
  }
}

extension PairedGrid {
  /// - Parameters: two cells over the same records.
  init(seen: CellTable, unseen: CellTable, metric: Metric) {
    let columns = seen.outcomes + unseen.outcomes
    var rows: [Int32: Int32] = [:]
    for record in Set(columns.joined().map(\.record)).sorted() { rows[record] = Int32(rows.count) }
    if metric.isMean {
      let empty = [Double?](repeating: nil, count: columns.count)
      var worths = [[Double?]](repeating: empty, count: rows.count)
      for (column, outcomes) in columns.enumerated() {
        for outcome in outcomes {
          worths[Int(rows[outcome.record] ?? 0)][column] = outcome.contribution.first ?? 0
        }
      }
      self.init(rows: worths, seen: seen.outcomes.count)
    } else {
      self.init(
        columns: columns.map { outcomes in
          Column(
            table: EvidenceTable(outcomes, metric), records: outcomes.map { rows[$0.record] ?? 0 })
        }, seen: seen.outcomes.count, records: rows.count)
    }
  }
}
