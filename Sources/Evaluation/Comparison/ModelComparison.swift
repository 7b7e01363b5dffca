internal import Bytes
internal import Metrics

/// Two models over the same templates and records.
package struct ModelComparison: Sendable {
  /// What is compared in one cell, of one task or over several.
  package struct Figures: Sendable {
    /// Mean over templates (and then over tasks) of the first model, of the second, and of their difference
    /// with its interval.
    package var first: Double
    package var second: Double
    package var difference: Estimate
    /// Templates under which the first is better, both are equal, the second is better.
    package var wins = 0
    package var ties = 0
    package var losses = 0
    package var records = 0

    package var templates: Int { wins + ties + losses }
    /// How often the first beats the second over templates, equal ones counting half.
    package var share: Double { (Double(wins) + Double(ties) / 2) / Double(max(1, templates)) }
  }

  package struct Cell: Sendable {
    package var cell: EvaluationCell
    package var all: Figures
    package var tasks: [(name: String, figures: Figures)]
  }

  package let first: String
  package let second: String
  package let settings: BootstrapSettings
  package private(set) var cells: [Cell] = []
  /// Answers of either model to what the other was not asked.
  package private(set) var unshared = 0

  /// - Throws: a `Diagnostic` where the two have no answer in common or judge a task differently.
  package init(_ first: EvaluatedFolder, _ second: EvaluatedFolder) throws {
    self.first = first.model
    self.second = second.model
    settings = BootstrapSettings(resamples: first.resamples, level: first.level, seed: first.seed)
    for cell in EvaluationCell.allCases {
      var replicates: [TaskReplicates] = []
      var tasks: [(name: String, figures: Figures)] = []
      for task in first.tasks {
        guard let other = second.tasks.first(where: { $0.name.utf8.elementsEqual(task.name.utf8) }) else {
          unshared += task.count(cell)
          continue
        }
        guard task.metric == other.metric else {
          throw Diagnostic(
            "the task '\(task.name)' is judged by \(task.metric.rawValue) in one folder and by "
              + "\(other.metric.rawValue) in the other; evaluate both on the same mixture")
        }
        let pairs = task.shared(with: other, cell)
        let shared = pairs.values.reduce(0) { $0 + $1.count }
        unshared += task.count(cell) + other.count(cell) - 2 * shared
        guard let one = task.grid(cell, only: pairs), let two = other.grid(cell, order: task, only: pairs)
        else { continue }
        let key = SeedKey(seed: settings.seed).part("comparison").part(cell.rawValue).part(task.name)
        let drawn = TaskReplicates(
          PairedGrid(one, minus: two), key: key, resamples: settings.resamples)
        tasks.append((task.name, Figures(one, two, drawn, level: settings.level)))
        replicates.append(drawn)
      }
      guard !tasks.isEmpty else { continue }
      let figures = tasks.map(\.figures)
      var all = Figures(
        first: mean(figures.map(\.first)), second: mean(figures.map(\.second)),
        difference: Estimate(replicates, .mean, .seen, level: settings.level))
      for one in figures {
        all.wins += one.wins
        all.ties += one.ties
        all.losses += one.losses
        all.records += one.records
      }
      cells.append(Cell(cell: cell, all: all, tasks: tasks))
    }
    guard !cells.isEmpty else {
      throw Diagnostic(
        "the two evaluations have no example in common; evaluate both models on the same mixture")
    }
  }
}

/// The mean over tasks of the mean over templates, with its interval; for grids of differences.
///
/// - Returns: nil for no tasks.
package func differenceEstimate(
  _ grids: [(task: String, grid: PairedGrid)], settings: BootstrapSettings
) -> Estimate? {
  guard !grids.isEmpty else { return nil }
  let key = SeedKey(seed: settings.seed).part("comparison")
  let drawn = grids.map { task, grid in
    TaskReplicates(grid, key: key.part(task), resamples: settings.resamples)
  }
  return Estimate(drawn, .mean, .seen, level: settings.level)
}

extension ModelComparison.Figures {
  fileprivate init(_ one: PairedGrid, _ two: PairedGrid, _ drawn: TaskReplicates, level: Double) {
    let (first, second) = (one.figures, two.figures)
    self.init(
      first: mean(first), second: mean(second), difference: Estimate([drawn], .mean, .seen, level: level))
    records = one.records
    for (figure, other) in zip(first, second) {
      if figure > other { wins += 1 } else if figure < other { losses += 1 } else { ties += 1 }
    }
  }
}

extension EvaluatedFolder.Task {
  fileprivate func count(_ cell: EvaluationCell) -> Int {
    (answers[cell] ?? []).reduce(0) { $0 + $1.contributions.count }
  }

  /// The grid with the templates in another's order.
  fileprivate func grid(
    _ cell: EvaluationCell, order: Self, only pairs: [String: Set<String>]
  ) -> PairedGrid? {
    var sorted = self
    sorted.answers[cell] = (order.answers[cell] ?? []).compactMap { wanted in
      answers[cell]?.first { $0.template.utf8.elementsEqual(wanted.template.utf8) }
    }
    return sorted.grid(cell, only: pairs)
  }
}
