import Corpora
import JSON
import Records

/// An inspection as people read it.
struct InspectionText: Sendable {
  private let head: [String]
  private let counts: [(name: String, count: Int)]
  private let bad: [String]
  private let survey: Survey?
  private static let shownValues = 8

  /// What of a survey is shown: texts that may go to another thread.
  private struct Survey: Sendable {
    var fields: [[String]]
    var values: [(field: String, values: [(text: String, count: Int)], more: Int)]
    var first: [[(name: String, text: String)]]
    var notes: [String]
  }

  init(_ report: InspectionReport) {
    let description = report.description
    let summary = report.summary
    let bytes = summary.inputs.reduce(0) { $0 + $1.bytes }
    head = [
      "\(description.name) (\(description.cluster)), \(description.format.rawValue), "
        + "\(summary.inputs.count) \(summary.inputs.count == 1 ? "file" : "files"), \(bytes) bytes"
    ]
    counts = report.counts.filter { ["present", "records"].contains($0.name) || $0.count > 0 }
    bad = report.bad
    survey = report.survey.map { survey in
      var notes: [String] = []
      if survey.repeats > 0 {
        notes.append("\(survey.repeats) records are equal to an earlier one in all fields")
      }
      if let key = summary.firstRepeatedKey {
        notes.append("\(summary.repeatedKeys) records hold a key twice; the first: \(key)")
      }
      if !survey.splits.isEmpty {
        notes.append("splits: " + survey.splits.map { "\($0.name) \($0.count)" }.joined(separator: ", "))
      }
      return Survey(
        fields: survey.fields.map(Self.row), values: survey.fields.compactMap(Self.values),
        first: survey.first.map { record in
          zip(record.keys, record.values).map { (name: $0, text: Self.text($1)) }
        }, notes: notes)
    }
  }

  func lines(width: Int) -> String {
    var text = head.joined(separator: "\n") + "\n"
    let widest = counts.map { "\($0.count)".utf8.count }.max() ?? 1
    for (name, count) in counts {
      let number = "\(count)"
      text += "  " + String(repeating: " ", count: widest - number.utf8.count)
      text += number + "  " + name.replacing("_", with: " ") + "\n"
    }
    for note in survey?.notes ?? [] { text += "  " + note + "\n" }
    for one in bad { text += "  bad: " + Self.cut(one, to: max(40, width - 7)) + "\n" }
    guard let survey else { return text }
    text += "\n" + Self.table([["field", "type", "missing", "empty", "distinct", "length"]] + survey.fields)
    for (field, values, more) in survey.values {
      text += "\n\(field):\n"
      let widest = values.map { "\($0.count)".utf8.count }.max() ?? 1
      for (value, count) in values {
        let number = "\(count)"
        text += "  " + String(repeating: " ", count: widest - number.utf8.count) + number + "  "
        text += Self.cut(value, to: max(20, width - widest - 4)) + "\n"
      }
      if more > 0 { text += "  … \(more) more values\n" }
    }
    for (number, record) in survey.first.enumerated() {
      text += "\nrecord \(number + 1):\n"
      for (name, value) in record {
        text += "  \(name): " + Self.cut(value, to: max(20, width - name.unicodeScalars.count - 4)) + "\n"
      }
    }
    return text
  }

  private static func row(_ field: FieldSurvey) -> [String] {
    let lengths = field.characters.count > 0 ? field.characters : field.items
    let mean = (lengths.mean * 10).rounded() / 10
    return [
      field.name, field.type, "\(field.missing)", "\(field.empty)",
      field.values.map { "\($0.count)" } ?? "many",
      lengths.count == 0 ? "" : "\(lengths.least) – \(lengths.most), mean \(mean)",
    ]
  }

  /// The distribution of a field that may be a label.
  private static func values(
    _ field: FieldSurvey
  ) -> (field: String, values: [(text: String, count: Int)], more: Int)? {
    guard let all = field.distribution, all.count <= 20, all.contains(where: { $0.count > 1 }) else {
      return nil
    }
    let shown = all.prefix(shownValues).map { (text: text($0.value), count: $0.count) }
    return (field.name, shown, all.count - shown.count)
  }

  /// A value on one line.
  private static func text(_ value: Value) -> String { String(JSONText.line(value).dropLast()) }

  private static func cut(_ text: String, to width: Int) -> String {
    let scalars = text.unicodeScalars
    return scalars.count <= width ? text : String(scalars.prefix(width - 1)) + "…"
  }

  private static func table(_ rows: [[String]]) -> String {
    let columns = rows[0].indices
    let widths = columns.map { column in rows.map { $0[column].unicodeScalars.count }.max() ?? 0 }
    return rows.map { row in
      let cells = columns.map { column in
        row[column] + String(repeating: " ", count: widths[column] - row[column].unicodeScalars.count)
      }
      var line = cells.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
