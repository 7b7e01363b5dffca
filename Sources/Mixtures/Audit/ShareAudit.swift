import Bytes

/// Holds the training examples against their rates, counts and order while they pass by.
struct ShareAudit {
  struct Task {
    var count = 0
    /// By the place of the template in the manifest's list.
    var templates: [Int]
    /// Least and most of (examples so far − rate · examples of all so far).
    var low = 0.0
    var high = 0.0
  }

  private let mixture: WrittenMixture
  private(set) var tasks: [Task]
  private(set) var examples = 0

  init(_ mixture: WrittenMixture) {
    self.mixture = mixture
    tasks = mixture.tasks.map { Task(templates: Array(repeating: 0, count: $0.templates.count)) }
  }

  mutating func add(task: Int, template: Int) {
    let expected = share(task)
    // Between two of its own examples a task only falls behind: the extremes lie right before and behind them.
    tasks[task].low = min(tasks[task].low, Double(tasks[task].count) - expected * Double(examples))
    examples += 1
    tasks[task].count += 1
    tasks[task].templates[template] += 1
    tasks[task].high = max(tasks[task].high, Double(tasks[task].count) - expected * Double(examples))
  }

  /// The error of a task's share, in examples.
  func error(_ task: Int) -> Double {
    Double(tasks[task].count) - mixture.tasks[task].rate * Double(mixture.total)
  }

  /// How far the window that strays farthest from a task's share does, in examples, and how far it may.
  func window(_ task: Int) -> (found: Double, allowed: Double) {
    let end = Double(tasks[task].count) - share(task) * Double(examples)
    let trained = mixture.tasks.count { !$0.isHeldOut }
    return (
      max(tasks[task].high, end) - min(tasks[task].low, end), 2 + share(task) * Double(trained)
    )
  }

  /// The share that a task has of the whole: its rate, rounded to whole examples.
  private func share(_ task: Int) -> Double {
    Double(mixture.tasks[task].count) / Double(max(1, mixture.total))
  }

  func check(_ findings: inout AuditFindings) {
    if examples != mixture.total {
      findings.add("examples", "there are \(examples) training examples; the manifest says \(mixture.total)")
    }
    for (place, task) in mixture.tasks.enumerated() {
      let count = tasks[place].count
      if count != task.count {
        findings.add("counts", "task '\(task.name)' has \(count) examples; the manifest says \(task.count)")
      }
      // The rate is a rounded Double: what it adds lies far below one example.
      if abs(error(place)) >= 1 + 1e-6 * Double(max(1, count)) {
        findings.add(
          "shares",
          "task '\(task.name)' is \(error(place)) examples from its rate \(task.rate) of \(mixture.total)")
      }
      let window = window(place)
      if window.found > window.allowed + 1e-6 * Double(max(1, count)) {
        findings.add(
          "order",
          "in some stretch the task '\(task.name)' is \(window.found) examples from its share; at most "
            + "\(window.allowed) were promised")
      }
    }
  }
}
