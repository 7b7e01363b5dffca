import Bytes
import Foundation
import JSON
import Mixtures
import Records
import Templates

/// A folder that goes when the last reference does.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "phrasebook-mixtures-\(UUID().uuidString)"
    try makeFolder(path)
  }

  deinit { try? removeTree(path) }

  static func + (folder: TemporaryFolder, name: String) -> String { folder.path + "/" + name }
}

func store(_ records: [Record], fields: [String], in folder: TemporaryFolder) throws -> RecordStore {
  var writer = try RecordStoreWriter(
    path: folder + "\(UUID().uuidString).records", schema: Schema(fields: fields))
  for record in records { try writer.append(record) }
  return try writer.finish()
}

/// Sums that differ in every record: `{a}`, `{b}`, `{sum}`.
func sums(_ count: Int, from first: Int = 0, in folder: TemporaryFolder) throws -> RecordStore {
  let records = (first..<first + count).map { number in
    let (a, b) = (number / 7, number * 31 % 1009)
    return Record(values: [number, a, b, a + b].map { .integer(Int64($0)) })
  }
  return try store(records, fields: ["number", "a", "b", "sum"], in: folder)
}

/// Twelve phrasings of a sum, the first two near-duplicates of each other, and so the third of the second.
let sumPhrasings = [
  "What do you get if you add up {{a}} and {{b}}, please? ||| {{sum}}",
  "What do you get if you add up {{a}} and {{b}} now, please? ||| {{sum}}",
  "So then what do you get if you add up {{a}} and {{b}} now, please? ||| {{sum}}",
  "{{a}} + {{b}} = ||| {{sum}}",
  "Compute the total of these two numbers: {{a}}, {{b}}. ||| {{sum}}",
  "Question: how much are {{a}} apples together with {{b}} apples?\nAnswer: ||| {{sum}}",
  "I had {{a}} marbles and found {{b}} more, so my bag holds this many: ||| {{sum}}",
  "Sum {{a}} {{b}} ||| {{sum}}",
  "Teacher: {{a}} plus {{b}}?\nPupil: ||| {{sum}}",
  "Fill the gap. Adding {{b}} onto {{a}} makes ____. ||| {{sum}}",
  "Given a = {{a}} with b = {{b}}, write down the value of a + b. ||| {{sum}}",
  "The machine prints the sum whenever it is fed a pair. It was fed ({{a}}, {{b}}) ||| {{sum}}",
]

func templates(
  _ phrasings: [String], task: String, choices: String? = nil, schema: Schema
) throws -> [CompiledTemplate] {
  try phrasings.enumerated().map { number, jinja in
    let source = TemplateSource(
      id: "\(task)-\(number)", name: "phrasing \(number)", jinja: jinja, answerChoices: choices,
      location: SourceLocation(path: "templates/\(task)/templates.yaml", line: number + 1))
    return try CompiledTemplate.compile(source, schema: schema)
  }
}

func sumTask(
  _ name: String, cluster: String = "arithmetic", records: Int, from first: Int = 0,
  phrasings: [String] = sumPhrasings, in folder: TemporaryFolder
) throws -> MixtureTask {
  let store = try sums(records, from: first, in: folder)
  return MixtureTask(
    name: name, cluster: cluster, metric: "accuracy", store: store,
    templates: try templates(phrasings, task: name, schema: store.schema), languages: ["en"],
    licence: "CC0-1.0", inputs: [InputFile(path: "corpora/\(name)/sums.jsonl", sha256: "\(records)")])
}

/// The lines of a file of examples, decompressed where it is compressed.
func read(_ path: String, _ body: (String) -> Void) throws {
  try JSONLines.read(path) { bytes, _ in body(String(decoding: bytes, as: UTF8.self)) }
}

/// Every file below a folder with its bytes.
func contents(_ folder: String) throws -> [String: [UInt8]] {
  var all: [String: [UInt8]] = [:]
  for name in try namesInFolder(folder) {
    let path = folder + "/" + name
    if isFolder(path) {
      for (inner, bytes) in try contents(path) { all[name + "/" + inner] = bytes }
    } else {
      all[name] = try MappedFile(path: path).withBytes { Array($0) }
    }
  }
  return all
}
