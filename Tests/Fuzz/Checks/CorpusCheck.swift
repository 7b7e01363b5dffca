import Bytes
import Corpora
import Glibc
import JSON
import Records

/// A corpus read whole and in small pieces, which must come to the same.
struct CorpusCheck {
  private let test: FuzzCase

  init(_ test: FuzzCase) { self.test = test }

  func run(_ outcome: inout Outcome) throws {
    try writeFile("corpus.yaml", test["corpus.yaml"] ?? [])
    try writeFile("data", test["data"] ?? [])
    let description: CorpusDescription
    do throws(Diagnostics) {
      description = try CorpusDescription.load("corpus.yaml")
    } catch {
      return try outcome.note(error)
    }
    let whole = try reading(description, chunk: 1 << 18)
    outcome.note(whole)
    let pieces = try reading(description, chunk: 7)
    guard pieces.utf8.elementsEqual(whole.utf8) else {
      throw Violation("read whole: \(whole)\nread in pieces: \(pieces)")
    }
  }

  private func reading(_ description: CorpusDescription, chunk: Int) throws -> String {
    // What an earlier reading left must not be found by a path that a mutation made.
    unlink("quarantine.jsonl")
    var reader = CorpusReader()
    reader.chunk = chunk
    reader.cache.isOffline = true
    var delivered = 0
    let schema = description.schema
    let parser = try JSONParser()
    var text = ""
    do {
      let summary = try reader.read(description, quarantine: "quarantine.jsonl") { record in
        delivered += 1
        guard record.values.count == schema.fields.count else {
          throw Violation("\(record.values.count) values for \(schema.fields.count) fields")
        }
        let line = JSONText.line(.list(record.values))
        try Array(line.utf8).withUnsafeBytes { bytes in
          try ValueCheck(parser).run(.list(record.values), bytes)
        }
        text += "\(record.split?.name ?? "") \(record.group ?? 0) \(line)"
      }
      try conserve(summary, delivered)
      return "\(text)\(summary)"
    } catch let error where error is Diagnostic || error is Diagnostics {
      var outcome = Outcome()
      try outcome.note(error)
      return "\(text)\(error)"
    }
  }

  /// Nothing is lost without being counted: what was delivered and what was set aside is what is told.
  private func conserve(_ summary: CorpusSummary, _ delivered: Int) throws {
    guard delivered == summary.records else {
      throw Violation("\(delivered) records delivered, \(summary.records) counted")
    }
    var aside = 0
    if fileExists("quarantine.jsonl") { try JSONLines.read("quarantine.jsonl") { _, _ in aside += 1 } }
    guard aside == summary.quarantined else {
      throw Violation("\(aside) bad records written, \(summary.quarantined) counted")
    }
    guard let present = present else { return }
    guard present == summary.present else {
      throw Violation("\(present) lines of data, \(summary.present) counted")
    }
  }

  /// How many data the file holds, where that is as easily counted as lines: in JSON lines and plain lines that are
  /// UTF-8, without a filter or a limit of a source that changes what is read.
  private var present: Int? {
    guard let description = test.text("corpus.yaml"), let data = test["data"],
      description.contains("source: data\n"), !description.contains("encoding"),
      !description.contains("splits"),
      description.contains("format: jsonl\n") || description.contains("format: lines\n"),
      !data.starts(with: [0xEF, 0xBB]), !data.starts(with: [0xFF]), !data.starts(with: [0xFE]),
      !data.starts(with: [0x1F]), !data.starts(with: [0x28, 0xB5]), !data.starts(with: [0x3C]),
      !data.starts(with: [0])
    else { return nil }
    let isJSON = description.contains("format: jsonl\n")
    var lines = data.split(separator: 10, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.count { line in !isJSON || line.contains { ![32, 9, 13].contains($0) } }
  }
}
