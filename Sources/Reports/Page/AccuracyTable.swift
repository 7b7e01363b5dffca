/// The figures of tasks in rows and columns.
struct AccuracyTable {
  let tasks: [ResultsSummary.Task]
  /// For the line of means; nil: none.
  let results: ResultsSummary?

  private var hasSeen: Bool { tasks.contains { $0.seen != nil } }

  var html: HTML {
    let seenHeads: HTML = hasSeen ? "<th class=\"number\">seen</th><th>quartiles</th>" : ""
    let gapHeads: HTML = hasSeen ? "<th class=\"number\">gap</th><th>interval</th>" : ""
    return """
      <div class="scroll"><table>
      <thead><tr><th>task</th><th>cluster</th><th>metric</th><th class="number">n</th>
      <th class="number">chance</th><th class="number">majority</th>\(seenHeads)
      <th class="number">unseen</th><th>quartiles</th>\(gapHeads)</tr></thead>
      <tbody>
      \(tasks.map(row))
      </tbody>\(totals)
      </table></div>
      """
  }

  private func row(_ task: ResultsSummary.Task) -> HTML {
    let seen: HTML = hasSeen ? cell(task.seen) : ""
    let gap: HTML = hasSeen ? "\(number(percent(task.gap)))<td>\(interval(task.gapInterval))</td>" : ""
    return """
      <tr><td>\(task.name)</td><td>\(task.cluster ?? "")</td><td>\(task.metric)</td>\
      \(number(task.n.map { grouped($0) } ?? "–"))\(number(percent(task.chance)))\(number(percent(task.majority)))\
      \(seen)\(cell(task.unseen))\(gap)</tr>
      """
  }

  private var totals: HTML {
    guard let results, results.gap != nil else { return "" }
    return """
      <tfoot><tr><td>mean of \(results.pairedTasks) tasks</td><td></td><td></td><td></td>\
      \(number(percent(results.chance)))\(number(percent(results.majority)))\
      \(number(percent(results.seen)))<td></td>\
      \(number(percent(results.unseen)))<td></td>\
      \(number(percent(results.gap?.mean)))<td>\(interval(results.gap?.interval))</td></tr></tfoot>
      """
  }

  private func cell(_ cell: ResultsSummary.Cell?) -> HTML {
    guard let cell else { return "<td class=\"number\">–</td><td></td>" }
    return "\(number(percent(cell.median)))<td>\(percent(cell.q1))–\(percent(cell.q3))</td>"
  }

  private func number(_ text: String) -> HTML { "<td class=\"number\">\(text)</td>" }

  private func interval(_ interval: ResultsSummary.Interval?) -> String {
    interval.map { "\(percent($0.low)) to \(percent($0.high))" } ?? ""
  }
}

/// Every template's figure.
struct TemplateTable {
  let tasks: [ResultsSummary.Task]

  var html: HTML {
    """
    <div class="scroll"><table>
    <thead><tr><th>task</th><th>template</th><th>in training</th><th class="number">n</th>
    <th class="number">accuracy</th></tr></thead>
    <tbody>
    \(tasks.map { task in
      HTML(lines: [
        rows(task, task.seen, "seen"), rows(task, task.unseen, "unseen"),
      ])
    })
    </tbody></table></div>
    """
  }

  private func rows(_ task: ResultsSummary.Task, _ cell: ResultsSummary.Cell?, _ kind: String) -> HTML {
    HTML(
      lines: (cell?.templates ?? []).map { template in
        """
        <tr><td>\(task.name)</td><td class="wide">\(template.name)</td><td>\(kind)</td>\
        <td class="number">\(grouped(template.n))</td><td class="number">\(percent(template.value))</td></tr>
        """
      })
  }
}
