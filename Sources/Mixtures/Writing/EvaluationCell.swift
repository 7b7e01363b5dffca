import Bytes

/// The files of examples that are measured, not trained on.
package enum EvaluationFile: String, Sendable, CaseIterable {
  /// Test records under the templates that training uses.
  case seenTemplates = "seen_templates"
  /// The same records under the templates held out.
  case unseenTemplates = "unseen_templates"
  /// Test records of tasks held out, under all their templates.
  case unseenTasks = "unseen_tasks"
  /// Validation records, each under one of the seen templates.
  case validation

  /// Relative to the mixture's folder.
  package var path: String { "\(OutputFolder.evaluationName)/\(rawValue).jsonl" }
}

/// The examples of an evaluation file in order: task by task, record by record, template by template.
package struct EvaluationCell: Sendable {
  package let file: EvaluationFile
  private var blocks: [Block] = []
  package private(set) var count = 0

  /// Records of one task with templates of it.
  private struct Block: Sendable {
    var task: Int
    var records: [Int]
    var templates: [Int]
    /// Whether every record meets every template, or each record one of them, in turn.
    var isCrossed: Bool
    var start: Int
    var count: Int { isCrossed ? records.count * templates.count : records.count }
  }

  /// Draws the records of a cell.
  package init(_ file: EvaluationFile, of plan: MixturePlan) {
    self.file = file
    for place in plan.tasks.indices {
      let task = plan.tasks[place]
      let key = plan.seeds.evaluation(task: task.task.name)
      let field = plan.settings.evaluation.stratification
      func evenly(_ records: [UInt32], _ limit: Int, _ key: SeedKey) -> [Int] {
        Strata(records, of: task.task.store, by: field).sample(limit, key: key)
      }
      let tested = { evenly(task.records.test, plan.settings.evaluation.testRecords, key.part(0)) }
      switch file {
      case .seenTemplates where !task.isHeldOut: add(place, tested(), task.seen)
      case .unseenTemplates where !task.isHeldOut: add(place, tested(), task.unseen)
      case .unseenTasks where task.isHeldOut: add(place, tested(), task.unseen)
      case .validation where !task.isHeldOut:
        let limit = plan.settings.evaluation.validationRecords
        let turn = SeededPermutation(count: UInt64(task.seen.count), key: key.part(2))
        let templates = task.seen.indices.map { task.seen[Int(turn[UInt64($0)])] }
        add(place, evenly(task.records.validation, limit, key.part(1)), templates, isCrossed: false)
      default: break
      }
    }
  }

  private mutating func add(_ task: Int, _ records: [Int], _ templates: [Int], isCrossed: Bool = true) {
    let block = Block(
      task: task, records: records, templates: templates, isCrossed: isCrossed, start: count)
    guard block.count > 0 else { return }
    blocks.append(block)
    count += block.count
  }

  /// - Parameter index: in 0..<count.
  package func example(at index: Int) -> PlannedExample {
    var (low, high) = (0, blocks.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if blocks[middle].start <= index { low = middle } else { high = middle - 1 }
    }
    let block = blocks[low]
    let place = index - block.start
    let templates = block.templates.count
    return PlannedExample(
      task: block.task, record: block.records[block.isCrossed ? place / templates : place],
      template: block.templates[place % templates])
  }
}
