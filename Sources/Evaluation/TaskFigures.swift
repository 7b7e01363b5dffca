internal import Bytes
internal import Metrics

/// Turns a task's outcomes into its figures.
struct TaskFigures {
  var result: TaskResult
  /// For the bootstrap; nil unless the task has seen and unseen templates.
  var grid: PairedGrid?
  /// What a reader of the figures must know: records left out, targets that no choice equals.
  var notes: [String] = []

  /// - Parameter unseenTask: the outcomes are those of the cell of unseen tasks, not of its templates.
  init(_ tally: TaskTally, task: MixtureSummary.Task, unseenTask: Bool) throws {
    var seen = unseenTask ? [] : tally.outcomes[.seenTemplates] ?? []
    var unseen = tally.outcomes[unseenTask ? .unseenTasks : .unseenTemplates] ?? []
    if !seen.isEmpty, !unseen.isEmpty {
      let pairing = Pairing(seen, unseen, records: tally.records.names.count)
      guard pairing.count > 0 else {
        throw Diagnostic(
          "no record of the task '\(task.name)' is in both evaluation/seen_templates.jsonl and "
            + "evaluation/unseen_templates.jsonl; the gap needs the same records: build the mixture again")
      }
      seen = seen.filter { pairing.contains($0.record) }
      unseen = unseen.filter { pairing.contains($0.record) }
      if pairing.unpaired > 0 {
        notes.append(
          "\(task.name): \(pairing.unpaired) records occur with only seen or only unseen templates and are "
            + "left out of the figures")
      }
    }
    let all = seen + unseen
    let foreign = all.count { $0.choices > 0 && $0.targetPosition < 0 }
    if foreign > 0 {
      notes.append(
        "\(task.name): the target of \(foreign) of \(all.count) examples is none of their choices; they "
          + "count as wrong")
    }
    let baselines = Baselines(all, tally)
    let seenCell = CellTable(seen, tally, task)
    let unseenCell = CellTable(unseen, tally, task)
    result = TaskResult(
      name: task.name, cluster: task.cluster, metric: task.metric,
      signature: task.metric.signature(targets: tally.targetCount), records: Set(all.map(\.record)).count,
      chance: baselines.chance, majority: baselines.majority,
      seen: seenCell?.figures.against(chance: baselines.chance),
      unseen: unseenCell?.figures.against(chance: baselines.chance), gap: nil)
    if let seenCell, let unseenCell {
      grid = PairedGrid(seen: seenCell, unseen: unseenCell, metric: task.metric)
    }
  }
}

/// The records that occur in both cells.
private struct Pairing {
  private var places: [UInt8]
  private(set) var count = 0
  private(set) var unpaired = 0

  init(_ seen: [TaskTally.Outcome], _ unseen: [TaskTally.Outcome], records: Int) {
    places = Array(repeating: 0, count: records)
    for outcome in seen { places[Int(outcome.record)] |= 1 }
    for outcome in unseen { places[Int(outcome.record)] |= 2 }
    count = places.count { $0 == 3 }
    unpaired = places.count { $0 == 1 || $0 == 2 }
  }

  func contains(_ record: Int32) -> Bool { places[Int(record)] == 3 }
}
