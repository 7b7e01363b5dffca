import Bytes
import JSON
import Records
import Reports

/// Writes `report.html` into a run's folder and gives its table.
@discardableResult
public func writeReport(folder: String, in session: Session) throws -> CommandResult {
  let report = try Report.load(folder)
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
