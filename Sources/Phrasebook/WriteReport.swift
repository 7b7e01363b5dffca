import Bytes
import JSON
import Records
import Reports

/// Writes `report.html` into a run's folder and gives its table.
///
/// - Parameters:
///   - others: folders whose evaluations, where they are of the same model on the same mixture, make a curve over
///     numbers of exemplars with this one's.
///   - harnessFile: where to write the results in lm-evaluation-harness' shape; nil: nowhere.
@discardableResult
public func writeReport(
  folder: String, others: [String] = [], harnessFile: String? = nil, in session: Session
) throws -> CommandResult {
  var report = try Report.load(folder)
  if let results = report.results {
    let paths = others.map { $0 + "/evaluation/results.json" }.filter(fileExists)
    report.shots = ShotsPoint.curve(results, among: try paths.map { try ResultsSummary(path: $0) })
    if let harnessFile {
      var file = try AtomicFile(path: harnessFile)
      try file.write(JSONText.document(harnessResults(results)))
      _ = try file.commit()
    }
  } else if harnessFile != nil {
    throw Diagnostic("no results yet in '\(folder)'; run 'phrasebook evaluate \(folder)' first")
  }
  for warning in report.warnings { session.progress.warning(warning) }
  _ = try ReportPage(report).write(to: folder)
  session.progress.note("report: \(folder)/report.html")
  return try reportTable(folder)
}

/// The table of a run's figures, or what is missing for one.
func reportTable(_ folder: String) throws -> CommandResult {
  let path = folder + "/evaluation/results.json"
  guard fileExists(path) else {
    let missing = "no results yet in '\(folder)'; run 'phrasebook evaluate \(folder)'\n"
    return CommandResult(json: "null\n") { _, _ in missing }
  }
  let results = try ResultsSummary(path: path)
  let file = try MappedFile(path: path)
  let json = file.withBytes { String(decoding: $0, as: UTF8.self) }
  return CommandResult(json: json) { width, colour in
    TerminalTable(results, width: width, color: colour).text
  }
}
