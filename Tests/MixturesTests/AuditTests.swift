import Bytes
import Foundation
import JSON
import Mixtures
import Records
import Templates
import Testing

/// A mixture as its build leaves it, and what the audit says when it is changed afterwards.
struct AuditTests {
  private let folder: TemporaryFolder
  private let path: String
  private let plan: MixturePlan

  init() throws {
    folder = try TemporaryFolder()
    path = folder + "out"
    let tasks = [
      try sumTask("small", records: 200, in: folder),
      try sumTask("large", records: 900, from: 2_000, in: folder),
      try sumTask("other", cluster: "elsewhere", records: 200, from: 5_000, in: folder),
    ]
    var settings = MixtureSettings(name: "audited", seed: 5, total: 2_000)
    settings.shards = 2
    settings.holdOut.clusters = ["elsewhere"]
    settings.evaluation.testRecords = 10
    plan = try MixturePlan(tasks, settings: settings)
    _ = try MixtureBuilder.build(plan, into: OutputFolder(path))
  }

  private func audit() throws -> Value {
    var audit = try MixtureAudit(path)
    try audit.run()
    #expect(audit.isClean == (audit.count == 0))
    return audit.value
  }

  private func kinds(_ value: Value) -> Set<String> { Set(value["findings"].list.map { $0["kind"].string }) }

  /// Changes the lines of a file, and the manifest's hashes with them, as a wrong build would.
  private func change(_ name: String, _ edit: (inout [String]) -> Void) throws {
    var lines: [String] = []
    try read(path + "/" + name) { lines.append($0) }
    edit(&lines)
    var file = try AtomicFile(path: path + "/" + name)
    try file.write(lines.map { $0 + "\n" }.joined())
    let summary = try file.commit()
    try changeManifest { manifest in
      for key in ["shards", "evaluation"] {
        manifest[key] = .list(
          (manifest[key] ?? .null).list.map { entry in
            guard case .dictionary(var pairs) = entry, pairs["path"] == .string(name) else { return entry }
            pairs["sha256"] = .string(summary.sha256)
            pairs["examples"] = .integer(Int64(lines.count))
            return .dictionary(pairs)
          })
      }
    }
  }

  private func changeManifest(_ edit: (inout ValueDictionary) -> Void) throws {
    guard case .dictionary(var manifest) = try JSONParser().parseFile(path + "/manifest.json") else { return }
    edit(&manifest)
    var file = try AtomicFile(path: path + "/manifest.json")
    try file.write(JSONText.document(.dictionary(manifest)))
    _ = try file.commit()
  }

  @Test func aBuildIsClean() throws {
    let value = try audit()
    #expect(kinds(value) == [] && value["clean"] == .boolean(true))
    #expect(value["examples"]["training"].integer == 2_000)
    #expect(value["largest_share_error"].number < 1)
    #expect(value["overlap"]["exact"].integer == 0)
    let measured = plan.tasks.map { task in
      min(10, task.records.test.count) + (task.isHeldOut ? 0 : min(20, task.records.validation.count))
    }
    #expect(value["overlap"]["records"].integer == measured.reduce(0, +))
    // The first three phrasings are one family, so the nearest pair lies below the threshold.
    let nearest = value["nearest_templates"]["similarity"].number
    #expect(nearest >= 0 && nearest < 0.6)
    for (place, task) in plan.tasks.enumerated() where !task.isHeldOut {
      var counted: [Int: Int] = [:]
      for index in 0..<plan.total where plan.example(at: index).task == place {
        counted[plan.example(at: index).template, default: 0] += 1
      }
      let told = value["tasks"].list[place]["templates"].list
      #expect(told.map { $0["examples"].integer } == task.seen.map { counted[$0, default: 0] })
    }
  }

  /// One thing is done to the folder; the audit finds just that.
  @Test func whatIsWrongIsFound() throws {
    let training = "train-00001-of-00002.jsonl"
    let held = plan.tasks[0].task.templates[plan.tasks[0].unseen[0]].source.id
    try change(training) { lines in
      let place = lines.firstIndex { $0.contains("\"task\":\"small\"") } ?? 0
      lines[place] = lines[place].replacing(/"template":"[^"]*"/, with: "\"template\":\"\(held)\"")
    }
    #expect(kinds(try audit()) == ["held-out templates in training"])
  }

  @Test func aTestRecordInTrainingIsFound() throws {
    var record = ""
    try read(path + "/evaluation/seen_templates.jsonl") { line in
      if record.isEmpty, let match = line.firstMatch(of: /"record":"([^"]*)"/) { record = String(match.1) }
    }
    try change("train-00000-of-00002.jsonl") { lines in
      lines[3] = lines[3].replacing(/"record":"[^"]*"/, with: "\"record\":\"\(record)\"")
    }
    #expect(kinds(try audit()) == ["test records in training"])
  }

  @Test func wrongSharesAreFound() throws {
    try change("train-00001-of-00002.jsonl") { lines in
      // Every line of the small task becomes one of the large.
      let other = lines.first { $0.contains("\"task\":\"large\"") } ?? ""
      for place in lines.indices where lines[place].contains("\"task\":\"small\"") {
        lines[place] = other.replacing(/"index":\d+/, with: "\"index\":\(1_000 + place)")
      }
    }
    let value = try audit()
    #expect(kinds(value).isSuperset(of: ["counts", "shares", "order"]))
    #expect(value["largest_share_error"].number > 100)
  }

  @Test func emptyTextsLostLinesAndStraysAreFound() throws {
    try change("train-00000-of-00002.jsonl") { lines in
      lines[0] = lines[0].replacing(/"target":"[^"]*"/, with: "\"target\":\" \"")
      lines[1] = lines[1].replacing(/"input":"(?:[^"\\]|\\.)*"/, with: "\"input\":\"\"")
    }
    #expect(kinds(try audit()) == ["empty targets", "empty inputs"])
    try change("train-00001-of-00002.jsonl") { $0.removeLast() }
    var stray = try AtomicFile(path: path + "/train-00000-of-00009.jsonl")
    try stray.write("{}\n")
    _ = try stray.commit()
    #expect(kinds(try audit()).isSuperset(of: ["files", "examples", "counts"]))
  }

  @Test func aChangedFileIsFoundByItsHash() throws {
    let name = path + "/evaluation/unseen_templates.jsonl"
    let text = try MappedFile(path: name).withBytes { String(decoding: $0, as: UTF8.self) }
    var file = try AtomicFile(path: name)
    try file.write(text.replacing("\"index\":1}", with: "\"index\":1 }"))
    _ = try file.commit()
    #expect(kinds(try audit()) == ["files"])
  }

  @Test func unpairedCellsAndMalformedLinesAreFound() throws {
    try change("evaluation/unseen_templates.jsonl") { lines in
      lines[0] = lines[0].replacing(/"record":"[^"]*"/, with: "\"record\":\"0123\"")
    }
    #expect(kinds(try audit()).contains("unpaired cells"))
    try change("evaluation/seen_templates.jsonl") { $0[2] = "{\"input\": 3" }
    let value = try audit()
    let lines = value["findings"].list.first { $0["kind"].string == "lines" }
    #expect(lines?["examples"].list.first?.string.contains("seen_templates.jsonl:3:") == true)
  }

  /// A held-out template whose text the manifest says is like one of training.
  @Test func nearDuplicateTemplatesAreFound() throws {
    try changeManifest { manifest in
      guard case .list(var tasks)? = manifest["tasks"], case .dictionary(var task) = tasks[0],
        case .dictionary(var templates)? = task["templates"], case .list(let seen)? = templates["seen"],
        case .list(var unseen)? = templates["unseen"], case .dictionary(var template) = unseen[0]
      else { return }
      template["jinja"] = .string(seen[0]["jinja"].string + "!")
      unseen[0] = .dictionary(template)
      templates["unseen"] = .list(unseen)
      task["templates"] = .dictionary(templates)
      tasks[0] = .dictionary(task)
      manifest["tasks"] = .list(tasks)
    }
    let value = try audit()
    #expect(kinds(value) == ["near-duplicate templates"])
    #expect(value["nearest_templates"]["similarity"].number == 1)
  }
}

struct SampledTableTests {
  @Test func whatIsKeptIsCountedExactly() {
    var table = SampledTable(most: 4_096)
    for round in 0..<3 {
      for number in 0..<50_000 as Range<UInt64> where number % UInt64(round + 1) == 0 {
        table.update(mix64(number)) { $0 += 1 }
      }
    }
    #expect(table.count <= 4_096 + 1 && table.count > 1_000)
    #expect(abs(Double(table.count) / table.share - 50_000) < 5_000)
    var visits: [UInt64: Int] = [:]
    table.eachValue { visits[$0, default: 0] += 1 }
    let all = visits.reduce(0) { $0 + $1.value }
    #expect(all == table.count && visits.keys.allSatisfy { (1...3).contains($0) })
  }
}

extension Value {
  subscript(_ key: String) -> Value {
    if case .dictionary(let fields) = self { return fields[key] ?? .null }
    return .null
  }
  var list: [Value] { if case .list(let items) = self { items } else { [] } }
  var string: String { if case .string(let text) = self { text } else { "" } }
  var integer: Int { if case .integer(let number) = self { Int(number) } else { -1 } }
  var number: Double {
    switch self {
    case .number(let number): number
    case .integer(let number): Double(number)
    default: .nan
    }
  }
}
