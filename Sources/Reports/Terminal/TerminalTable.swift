/// The results of an evaluation as text for standard output.
///
/// Accuracies are per cent, with the quartiles over templates in brackets. Columns that do not fit the
/// width go, the least telling first.
public struct TerminalTable: Sendable {
  public var results: ResultsSummary
  /// Columns of the terminal.
  public var width: Int
  /// Whether to set headings and totals in bold (ANSI); the caller looks at NO_COLOR and the terminal.
  public var color: Bool

  public init(_ results: ResultsSummary, width: Int = 100, color: Bool = false) {
    self.results = results
    self.width = width
    self.color = color
  }

  /// Lines, each ended by a line feed.
  public var text: String {
    var lines: [String] = []
    if !results.tasks.isEmpty {
      lines += table(results.tasks, totals: totals, columns: TableColumn.paired, heading: "task")
    }
    if !results.unseenTasks.isEmpty {
      if !lines.isEmpty { lines.append("") }
      lines += table(
        results.unseenTasks, totals: nil, columns: TableColumn.unseenTask, heading: "unseen task")
    }
    lines.append("")
    lines += wrapped(legend, width: width)
    for note in results.notes { lines += wrapped("note: " + printable(note), width: width) }
    lines += ["", bold(summary)]
    return lines.map { $0 + "\n" }.joined()
  }

  /// The line that says it all: seen, unseen, gap, interval.
  public var summary: String {
    guard let gap = results.gap else {
      if let seen = results.seen { return "seen \(percent(seen))%; no unseen templates, so no gap" }
      if let unseen = results.unseen { return "unseen \(percent(unseen))%; no seen templates, so no gap" }
      return "no trained task evaluated"
    }
    let low = percent(gap.interval.low)
    let high = percent(gap.interval.high)
    let tasks = results.pairedTasks == 1 ? "1 task" : "\(results.pairedTasks) tasks"
    return
      "seen \(percent(results.seen))%  unseen \(percent(results.unseen))%  gap \(percent(gap.mean)) points "
      + "(\(percentLevel(gap.level))% interval \(low) to \(high), \(tasks))"
  }

  private var legend: String {
    var text =
      "Accuracy in %: median over templates [first–third quartile]. n: records. chance: guessing. "
      + "majority: the best constant answer."
    if let gap = results.gap {
      text +=
        " gap: seen − unseen on the same records, in points; interval by \(grouped(gap.resamples)) bootstrap "
        + "resamples of templates and records."
    }
    return text
  }

  private var totals: TableRow? {
    results.seen == nil && results.unseen == nil ? nil : TableRow(totals: results)
  }

  private func table(
    _ tasks: [ResultsSummary.Task], totals: TableRow?, columns: [TableColumn], heading: String
  ) -> [String] {
    let rows = tasks.map(TableRow.init) + (totals.map { [$0] } ?? [])
    var columns = columns
    var layout = Self.layout(rows, columns, heading)
    for group in TableColumn.dispensable where layout.totalWidth > width {
      columns.removeAll { group.contains($0) }
      layout = Self.layout(rows, columns, heading)
    }
    if layout.totalWidth > width {
      let room = max(8, layout.widths[0] - (layout.totalWidth - width))
      for place in layout.rows.indices { layout.rows[place][0] = shortened(layout.rows[place][0], to: room) }
    }
    var lines = layout.lines()
    lines[0] = bold(lines[0])
    if totals != nil { lines[lines.count - 1] = bold(lines[lines.count - 1]) }
    return lines
  }

  private static func layout(_ rows: [TableRow], _ columns: [TableColumn], _ heading: String) -> TextColumns {
    var layout = TextColumns(alignments: columns.map(\.alignment))
    layout.rows =
      [columns.map { $0 == .task ? heading : $0.title }] + rows.map { row in columns.map(row.cell) }
    return layout
  }

  private func bold(_ line: String) -> String { color ? "\u{1B}[1m\(line)\u{1B}[0m" : line }
}

/// `95` for 0.95, `99.5` for 0.995.
func percentLevel(_ level: Double) -> String {
  let text = fixed(level * 100, decimals: 1)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// A text in lines of at most `width` columns, broken at blanks.
package func wrapped(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    if !line.isEmpty, terminalWidth(line) + 1 + terminalWidth(String(word)) > width {
      lines.append(line)
      line = ""
    }
    line += (line.isEmpty ? "" : " ") + word
  }
  return lines + [line]
}
