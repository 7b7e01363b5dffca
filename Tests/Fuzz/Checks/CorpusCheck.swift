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
    let schema = description.schema
    let parser = try JSONParser()
    var text = ""
    do {
      let summary = try reader.read(description, quarantine: "quarantine.jsonl") { record in
        guard record.values.count == schema.fields.count else {
          throw Violation("\(record.values.count) values for \(schema.fields.count) fields")
        }
        let line = JSONText.line(.list(record.values))
        try Array(line.utf8).withUnsafeBytes { bytes in
          try ValueCheck(parser).run(.list(record.values), bytes)
        }
        text += "\(record.split?.name ?? "") \(record.group ?? 0) \(line)"
      }
      return "\(text)\(summary)"
    } catch let error where error is Diagnostic || error is Diagnostics {
      var outcome = Outcome()
      try outcome.note(error)
      return "\(text)\(error)"
    }
  }
}
