/// A column of the terminal's table.
enum TableColumn: Sendable {
  case task, cluster, metric, n, chance, majority, seen, seenQuartiles, unseen, unseenQuartiles, gap

  static let paired: [TableColumn] = [
    .task, .cluster, .metric, .n, .chance, .majority, .seen, .seenQuartiles, .unseen, .unseenQuartiles, .gap,
  ]
  static let unseenTask: [TableColumn] = [
    .task, .cluster, .metric, .n, .chance, .majority, .unseen, .unseenQuartiles,
  ]
  /// What goes first where the width is short.
  static let dispensable: [[TableColumn]] = [
    [.metric], [.cluster], [.seenQuartiles, .unseenQuartiles], [.majority], [.n], [.chance],
  ]

  var title: String {
    switch self {
    case .task: "task"
    case .cluster: "cluster"
    case .metric: "metric"
    case .n: "n"
    case .chance: "chance"
    case .majority: "majority"
    case .seen: "seen"
    case .unseen: "unseen"
    case .seenQuartiles, .unseenQuartiles: "[q1–q3]"
    case .gap: "gap"
    }
  }

  var alignment: TextColumns.Alignment {
    switch self {
    case .task, .cluster, .metric, .seenQuartiles, .unseenQuartiles: .left
    default: .right
    }
  }
}

/// A line of the terminal's table.
struct TableRow {
  private var cells: [TableColumn: String]

  func cell(_ column: TableColumn) -> String { cells[column] ?? "" }

  init(_ task: ResultsSummary.Task) {
    cells = [
      .task: printable(task.name), .cluster: printable(task.cluster ?? ""), .metric: printable(task.metric),
      .n: task.n.map { grouped($0) } ?? "", .chance: percent(task.chance), .majority: percent(task.majority),
      .seen: percent(task.seen?.median), .seenQuartiles: Self.quartiles(task.seen),
      .unseen: percent(task.unseen?.median), .unseenQuartiles: Self.quartiles(task.unseen),
      .gap: percent(task.gap),
    ]
  }

  /// The means over tasks.
  init(totals results: ResultsSummary) {
    let count = results.gap == nil ? results.tasks.count : results.pairedTasks
    cells = [
      .task: count == 1 ? "1 task" : "mean of \(count) tasks", .chance: percent(results.chance),
      .majority: percent(results.majority), .seen: percent(results.seen), .unseen: percent(results.unseen),
      .gap: percent(results.gap?.mean),
    ]
  }

  private static func quartiles(_ cell: ResultsSummary.Cell?) -> String {
    cell.map { "[\(percent($0.q1))–\(percent($0.q3))]" } ?? ""
  }
}
