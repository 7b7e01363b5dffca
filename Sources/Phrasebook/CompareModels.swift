import Bytes
import Evaluation
import JSON

/// Compares two models over the templates and records that both answered.
///
/// - Throws: a `Diagnostic` for a folder without an evaluation, and where the two have nothing in common.
public func compareModels(first: String, second: String, in session: Session) throws -> CommandResult {
  let comparison = try ModelComparison(EvaluatedFolder(first), EvaluatedFolder(second))
  if comparison.unshared > 0 {
    session.progress.note("compare: \(comparison.unshared) answers of one model alone are left out")
  }
  var lines = ["\(comparison.first) against \(comparison.second), means over templates, in points:"]
  for cell in comparison.cells {
    lines.append("")
    lines.append(cell.cell.rawValue.replacing("_", with: " "))
    let rows = cell.tasks.map { ($0.name, $0.figures) } + [("all", cell.all)]
    let width = rows.map(\.0.count).max() ?? 0
    for (name, figures) in rows {
      let difference = figures.difference
      func points(_ value: Double) -> String { decimal(value * 100, 1) }
      lines.append(
        "  \(name)\(String(repeating: " ", count: width - name.count))  \(points(figures.first))  "
          + "\(points(figures.second))  difference \(points(difference.mean)) "
          + "(\(points(difference.low)) to \(points(difference.high)))  better under \(figures.wins), equal "
          + "\(figures.ties), worse \(figures.losses) of \(figures.templates) templates, "
          + "\(figures.records) records")
    }
  }
  let text = lines.joined(separator: "\n") + "\n"
  return CommandResult(json: JSONText.document(comparison.value)) { _, _ in text }
}
