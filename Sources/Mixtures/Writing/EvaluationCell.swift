import Bytes
import Records
import Templates

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
  /// Training records under all templates, seen and unseen: what may stand solved in a prompt.
  case exemplars
  /// The prompts of the measured examples with nothing in the place of their texts (`ContentFreeInput`).
  case contentFree = "content_free"
  /// The fields of measured records, in tasks with templates that ask step by step.
  case records

  /// Relative to the mixture's folder.
  package var path: String { "\(OutputFolder.evaluationName)/\(rawValue).jsonl" }

  /// Whether the file serves prompts, and nobody measures on its lines.
  package var servesPrompts: Bool { self == .exemplars || self == .contentFree || self == .records }
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
    /// What every example is made with, one after the other; empty: the record as it is.
    var contents: [ContentFreeInput]
    /// Whether the lines are the records themselves.
    var isOfRecords = false
    /// The field that an exemplar's reasoning stands in.
    var rationale: Int?
    var start: Int
    var count: Int {
      (isCrossed ? records.count * templates.count : records.count) * max(1, contents.count)
    }
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
      case .exemplars:
        let limit = plan.settings.evaluation.exemplarRecords
        let free = task.exemplarRecords(limit, apartFrom: tested(), key: key.part(3))
        let rationale = plan.settings.evaluation.rationale.flatMap { task.task.store.schema.index(of: $0) }
        add(place, evenly(free, limit, key.part(4)), task.written, rationale: rationale)
      case .contentFree: add(place, tested(), task.written, contents: ContentFreeInput.all)
      case .records:
        guard let first = task.written.first(where: { !task.task.templates[$0].source.steps.isEmpty }) else {
          break
        }
        add(place, tested(), [first])
        if !blocks.isEmpty { blocks[blocks.count - 1].isOfRecords = true }
      default: break
      }
    }
  }

  private mutating func add(
    _ task: Int, _ records: [Int], _ templates: [Int], isCrossed: Bool = true,
    contents: [ContentFreeInput] = [], rationale: Int? = nil
  ) {
    let block = Block(
      task: task, records: records, templates: templates, isCrossed: isCrossed, contents: contents,
      rationale: rationale, start: count)
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
    let (place, content) = (index - block.start).quotientAndRemainder(
      dividingBy: max(1, block.contents.count))
    let templates = block.templates.count
    var example = PlannedExample(
      task: block.task, record: block.records[block.isCrossed ? place / templates : place],
      template: block.templates[place % templates])
    if !block.contents.isEmpty {
      example.content = ContentFreePlace(input: block.contents[content], first: block.records[0])
    }
    example.rationale = block.rationale
    example.isRecord = block.isOfRecords
    return example
  }
}

extension PlannedTask {
  /// The templates of the task's file, seen and unseen, ascending.
  var written: [Int] { (seen + unseen).sorted() }

  /// Training records from which exemplars are drawn, ascending: of each group one, and none of a measured record's.
  ///
  /// - Parameters:
  ///   - limit: how many are wanted in the end; some more come back where there are.
  ///   - measured: places of the records that stand in the cells.
  func exemplarRecords(_ limit: Int, apartFrom measured: [Int], key: SeedKey) -> [UInt32] {
    let store = task.store
    var groups = Set(measured.map { store.record($0).group })
    let order = SeededPermutation(count: UInt64(records.train.count), key: key)
    // Enough for rare values of the field that is drawn by, without a walk over all records.
    let looked = min(records.train.count, 32 * limit)
    let drawn = (0..<looked).map { records.train[Int(order[UInt64($0)])] }
    return drawn.filter { groups.insert(store.record(Int($0)).group).inserted }.sorted()
  }
}
