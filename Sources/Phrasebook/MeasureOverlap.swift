import Bytes
import JSON
import Mixtures

/// What is asked of an overlap measurement.
public struct OverlapOptions: Sendable {
  /// Training or pretraining texts, compressed or not.
  public var corpora: [String]
  /// `jsonl` or `text`; nil: by each file's content.
  public var format: String?
  /// Fields of JSON lines that are read; empty: text, content, input and target.
  public var fields: [String]
  /// Words of a run that makes a text seen.
  public var run: Int

  public init(corpora: [String], format: String? = nil, fields: [String] = [], run: Int = 8) {
    self.corpora = corpora
    self.format = format
    self.fields = fields
    self.run = run
  }
}

/// Measures how much of a mixture's evaluation examples stands in other texts, and, where there are
/// predictions, how accuracy depends on it; writes `evaluation/overlap.jsonl` and `evaluation/overlap.json`.
///
/// - Throws: a `Diagnostic` for a folder that is not complete and for texts that cannot be read.
@discardableResult
public func measureOverlap(
  folder: String, options: OverlapOptions, in session: Session
) throws -> CommandResult {
  let form = try options.format.map { name throws(Diagnostic) in
    guard let form = CorpusText.Form(rawValue: name) else {
      throw Diagnostic("unknown format '\(name)'; expected jsonl or text")
    }
    return form
  }
  var overlap = try MixtureOverlap(folder, run: options.run)
  let corpora = options.corpora.map { CorpusText(path: $0, form: form, fields: options.fields) }
  for corpus in corpora where !fileExists(corpus.path) {
    throw Diagnostic("no such file: '\(corpus.path)'; name the texts to look into with --corpus")
  }
  let progress = session.progress
  progress.update("overlap: \(overlap.count) examples, \(corpora.count) files")
  try overlap.measure(corpora, threads: session.threads) { done in
    progress.update("overlap: \(done) of \(corpora.count) files")
  }
  let predictions = folder + "/evaluation/predictions.jsonl"
  let answers = fileExists(predictions) ? try AnsweredRight(path: predictions) : nil
  try overlap.write(to: folder + "/evaluation/overlap.jsonl", answers)
  let json = JSONText.document(overlap.value(answers))
  var file = try AtomicFile(path: folder + "/evaluation/overlap.json")
  try file.write(json)
  _ = try file.commit()
  for (name, summary) in overlap.summaries where summary.withoutFields > 0 {
    progress.note("overlap: \(summary.withoutFields) lines of \(name) have none of the fields")
  }
  let text = overlapText(overlap.groups(answers))
  return CommandResult(json: json) { _, _ in text }
}

/// A line a group of examples.
private func overlapText(_ groups: [MixtureOverlap.Group]) -> String {
  let names = [
    "both": "instruction and record seen", "language": "only the instruction seen",
    "knowledge": "only the record seen", "neither": "neither seen",
  ]
  let total = groups.reduce(0) { $0 + $1.n }
  func percent(_ share: Double) -> String { decimal(share * 100, 1) + "%" }
  let rows = groups.map { group -> [String] in
    let share = percent(Double(group.n) / Double(max(1, total)))
    let right = group.accuracy.map { "\(percent($0)) right of \(group.answered)" } ?? ""
    return [names[group.name] ?? group.name, "\(group.n)", share, right]
  }
  let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    func pad(_ place: Int) -> String { String(repeating: " ", count: widths[place] - row[place].count) }
    let line = "\(row[0])\(pad(0))  \(pad(1))\(row[1])  \(pad(2))\(row[2])  \(row[3])"
    return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
  }.joined()
}
