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
    figures = CellFigures(distribution: distribution, templates: templates)
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
      value: share(outcomes.count { $0.isCorrect }),
      byCharacters: isRanked ? share(byLength.count { $0.characters }) : nil,
      byBytes: isRanked ? share(byLength.count { $0.bytes }) : nil)
  }
}

extension PairedGrid {
  /// - Parameters: two cells over the same records.
  init(seen: CellTable, unseen: CellTable) {
    let columns = seen.outcomes + unseen.outcomes
    var rows: [Int32: [Float?]] = [:]
    for (column, outcomes) in columns.enumerated() {
      for outcome in outcomes {
        let empty = [Float?](repeating: nil, count: columns.count)
        rows[outcome.record, default: empty][column] = outcome.isCorrect ? 1 : 0
      }
    }
    self.init(rows: rows.sorted { $0.key < $1.key }.map(\.value), seen: seen.outcomes.count)
  }
}
