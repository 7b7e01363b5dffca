import Bytes
import Evaluation
import JSON
import Records

/// Tells how many templates and records the gap's interval takes to be so narrow, from the variances of a
/// folder's evaluation, and how well parts of its answers tell the whole distribution.
///
/// - Parameter width: of the interval from end to end, of 1; nil: half of what it is.
/// - Throws: a `Diagnostic` for a folder without an evaluation or without a gap.
public func evaluationBudget(folder: String, width: Double?, in session: Session) throws -> CommandResult {
  let budget = try EvaluationBudget(EvaluatedFolder(folder), width: width)
  func points(_ value: Double) -> String { decimal(value * 100, 1) }
  var lines = [
    "the gap's interval is \(points(budget.present)) points wide over \(budget.tasks) tasks",
    "standard deviations in points: \(points(budget.components.templates.squareRoot())) between templates, "
      + "\(points(budget.components.answers.squareRoot())) within answers, "
      + "\(points(budget.components.records.squareRoot())) between records",
    "for \(points(budget.width)) points each task needs",
  ]
  for row in budget.rows {
    guard let templates = row.templates, let answers = row.answers else {
      lines.append("  \(row.records) records: no number of templates is enough")
      continue
    }
    lines.append("  \(row.records) records and \(templates) templates a side: \(answers) answers in all")
  }
  if !budget.samples.isEmpty {
    lines.append("mean error of the quantiles 5, 25, 50, 75 and 95% over templates, in points, from")
  }
  for sample in budget.samples {
    lines.append(
      "  \(decimal(sample.share * 100, 0))% of the answers: "
        + sample.byModel.map(points).joined(separator: " ") + " (means alone: "
        + sample.byMeans.map(points).joined(separator: " ") + ")")
  }
  let text = lines.joined(separator: "\n") + "\n"
  return CommandResult(json: JSONText.document(budget.value)) { _, _ in text }
}
