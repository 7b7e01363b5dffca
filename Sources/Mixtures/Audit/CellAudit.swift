import Bytes

/// The evaluation files: the same records under every template of a task, seen and unseen alike.
struct CellAudit {
  /// By task and cell: which records stand under which template.
  private var records: [[String: [Int: Set<UInt64>]]]
  private let mixture: WrittenMixture

  init(_ mixture: WrittenMixture) {
    self.mixture = mixture
    records = Array(repeating: [:], count: mixture.tasks.count)
  }

  mutating func add(
    _ example: ExampleView, cell: String, task: Int, template: Int, _ findings: inout AuditFindings
  ) {
    let isSeen = mixture.tasks[task].templates[template].isSeen
    let name = mixture.tasks[task].name
    switch EvaluationFile(rawValue: cell) {
    case .seenTemplates, .validation:
      if !isSeen {
        findings.add("wrong cells", "\(cell): task '\(name)' has an example of a held-out template")
      }
    case .unseenTemplates, .unseenTasks:
      if isSeen {
        findings.add("wrong cells", "\(cell): task '\(name)' has an example of a template of training")
      }
    case .exemplars, .contentFree, .records: break
    case nil: findings.add("wrong cells", "'\(cell)' is no cell")
    }
    let isNew = records[task][cell, default: [:]][template, default: []].insert(example.record.hash64())
      .inserted
    if !isNew {
      findings.add("repeats in cells", "\(cell): task '\(name)' has a record twice under one template")
    }
  }

  func check(_ findings: inout AuditFindings) {
    for (task, cells) in records.enumerated() {
      var expected: Set<UInt64>?
      for cell in [EvaluationFile.seenTemplates, .unseenTemplates, .unseenTasks] {
        for template in (cells[cell.rawValue] ?? [:]).keys.sorted() {
          let found = cells[cell.rawValue]?[template] ?? []
          if let expected, expected != found {
            findings.add(
              "unpaired cells",
              "task '\(mixture.tasks[task].name)': '\(mixture.tasks[task].templates[template].name)' in "
                + "\(cell.rawValue) has other records than the templates before it")
          }
          expected = expected ?? found
        }
      }
    }
  }
}
