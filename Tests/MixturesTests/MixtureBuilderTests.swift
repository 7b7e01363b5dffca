import Bytes
import Foundation
import JSON
import Mixtures
import Records
import Templates
import Testing

private func examples(_ folder: OutputFolder, _ name: String) throws -> [Example] {
  var all: [Example] = []
  try ExampleLines.read(folder.path + "/" + name) { all.append($0) }
  return all
}

private func content(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Every file of a folder and those below it, by relative path.
private func files(_ folder: String, _ prefix: String = "") throws -> [String: [UInt8]] {
  var all: [String: [UInt8]] = [:]
  for name in try namesInFolder(folder) {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
    if isFolder.boolValue {
      all.merge(try files(folder + "/" + name, prefix + name + "/")) { a, _ in a }
    } else {
      all[prefix + name] = try content(folder + "/" + name)
    }
  }
  return all
}

struct MixtureBuilderTests {
  private let folder: TemporaryFolder
  private let tasks: [MixtureTask]

  init() throws {
    folder = try TemporaryFolder()
    tasks = [
      try sumTask("small", records: 60, in: folder),
      try sumTask("large", records: 900, from: 2_000, in: folder),
      try sumTask("other", cluster: "elsewhere", records: 200, from: 5_000, in: folder),
    ]
  }

  private func plan(
    total: Int = 3_000, shards: Int = 1, _ change: (inout MixtureSettings) -> Void = { _ in }
  ) throws -> MixturePlan {
    var settings = MixtureSettings(name: "sums", seed: 5, total: total)
    settings.shards = shards
    settings.cap = 300
    settings.holdOut.clusters = ["elsewhere"]
    settings.phrasebookVersion = "1.2.3"
    settings.recipe = InputFile(path: "sums.yaml", sha256: "abc")
    change(&settings)
    return try MixturePlan(tasks, settings: settings)
  }

  private func output(_ name: String = "out") throws -> OutputFolder { try OutputFolder(folder + name) }

  @Test func trainingFilesHoldThePlannedExamples() throws {
    let plan = try plan(shards: 4)
    let output = try output()
    let built = try MixtureBuilder.build(plan, into: output)
    #expect(built.trainingExamples == 3_000)
    let read = try (0..<4).flatMap { try examples(output, "train-0000\($0)-of-00004.jsonl") }
    #expect(read.count == 3_000)
    for (index, example) in read.enumerated() {
      let planned = plan.example(at: index)
      let task = plan.tasks[planned.task].task
      let record = task.store.record(planned.record)
      #expect(example.index == index && example.task == task.name)
      #expect(example.template == task.templates[planned.template].source.id)
      #expect(example.record == "\(record.id)")
      guard case .integer(let a) = record.value(1), case .integer(let b) = record.value(2) else {
        Issue.record("the record has no integers")
        continue
      }
      #expect(
        example.target == "\(a + b)" && example.input.contains("\(a)") && example.input.contains("\(b)"))
    }
  }

  /// Each line is what `ExampleLines` writes for the example that it reads.
  @Test func linesAreThoseOfExampleLines() throws {
    let store = try store(
      [
        Record(values: [.string("\"quoted\"\n\\ \u{1}\u{7F} é 漢 🙂"), .string("yes")]),
        Record(values: [.string("plain"), .string("no\tor so")]),
      ], fields: ["text", "answer"], in: folder)
    let phrasings = [
      "Echo: {{text}} ||| {{answer}}", "Say {{text}} again, will you ||| {{answer}} ||| {{text}}",
    ]
    let task = MixtureTask(
      name: "echo \"x\"", cluster: "echo", metric: "accuracy", store: store,
      templates: try templates(phrasings, task: "écho", choices: "yes ||| no \"so\"", schema: store.schema))
    var settings = MixtureSettings(name: "echo", seed: 1, total: 40)
    settings.evaluation = EvaluationLimits(testRecords: 0, validationRecords: 0)
    settings.splits = SplitFractions(validation: 0, test: 0)
    settings.holdOut.amount = .number(0)
    let output = try output()
    _ = try MixtureBuilder.build(try MixturePlan([task], settings: settings), into: output)
    let name = "train-00000-of-00001.jsonl"
    var again = ByteBuffer()
    for example in try examples(output, name) { ExampleLines.append(example, to: &again) }
    #expect(try content(output.path + "/" + name) == again.withBytes { [UInt8]($0) })
    let first = try #require(try examples(output, name).first { !$0.alternatives.isEmpty })
    #expect(first.choices == ["yes", "no \"so\""] && first.alternatives.count == 1)
  }

  @Test func shardsConcatenateToTheWhole() throws {
    let whole = try output("whole")
    _ = try MixtureBuilder.build(try plan(), into: whole)
    let expected = try content(whole.path + "/train-00000-of-00001.jsonl")
    for shards in [2, 3, 7, 64] {
      let parted = try output("parted")
      _ = try MixtureBuilder.build(try plan(shards: shards), into: parted)
      let names = try namesInFolder(parted.path).filter { $0.hasPrefix("train-") }
      #expect(names.count == shards)
      #expect(try names.flatMap { try content(parted.path + "/" + $0) } == expected)
    }
  }

  @Test func threadsDoNotMatter() throws {
    let one = try output("one")
    let first = try MixtureBuilder.build(try plan(shards: 3), into: one, threads: 1)
    for threads in [2, 5, 16] {
      let many = try output("many")
      let built = try MixtureBuilder.build(try plan(shards: 3), into: many, threads: threads)
      #expect(built.manifestSHA256 == first.manifestSHA256)
      #expect(try files(many.path) == files(one.path))
    }
  }

  @Test func nothingHeldOutIsTrainedOn() throws {
    let plan = try plan()
    let output = try output()
    _ = try MixtureBuilder.build(plan, into: output)
    let bytes = String(decoding: try content(output.path + "/train-00000-of-00001.jsonl"), as: UTF8.self)
    let training = try examples(output, "train-00000-of-00001.jsonl")
    let trained = Set(training.map(\.record))
    let texts = Set(training.map(\.input))
    for task in plan.tasks {
      for template in task.unseen {
        #expect(!bytes.contains("\"\(task.task.templates[template].source.id)\""))
      }
    }
    for name in EvaluationFile.allCases.filter({ !$0.servesPrompts }).map(\.path) {
      for example in try examples(output, name) {
        #expect(!trained.contains(example.record), "\(name)")
        #expect(!texts.contains(example.input), "\(name)")
      }
    }
    #expect(!training.contains { $0.task == "other" })
  }

  /// Seen and unseen cells pair: the same records, each under every template of its side.
  @Test func cellsHoldTheSameRecordsUnderEveryTemplate() throws {
    let plan = try plan { $0.evaluation = EvaluationLimits(testRecords: 7, validationRecords: 9) }
    let output = try output()
    let built = try MixtureBuilder.build(plan, into: output)
    var meetings: [EvaluationFile: [String: [String]]] = [:]
    var count = 0
    for file in EvaluationFile.allCases where !file.servesPrompts {
      for (index, example) in try examples(output, file.path).enumerated() {
        #expect(example.index == index)
        meetings[file, default: [:]][example.task + " " + example.record, default: []].append(
          example.template)
        count += 1
      }
    }
    #expect(count == built.evaluationExamples)
    let seen = try #require(meetings[.seenTemplates])
    let unseen = try #require(meetings[.unseenTemplates])
    #expect(Set(seen.keys) == Set(unseen.keys) && seen.count == 14)
    for task in plan.tasks.prefix(2) {
      func ids(_ side: [Int]) -> [String] { side.map { task.task.templates[$0].source.id } }
      #expect(seen.filter { $0.key.hasPrefix(task.task.name) }.values.allSatisfy { $0 == ids(task.seen) })
      #expect(unseen.filter { $0.key.hasPrefix(task.task.name) }.values.allSatisfy { $0 == ids(task.unseen) })
    }
    let others = try #require(meetings[.unseenTasks])
    #expect(others.count == 7 && others.values.allSatisfy { $0 == (0..<12).map { "other-\($0)" } })
    let validation = try #require(meetings[.validation])
    #expect(validation.values.allSatisfy { $0.count == 1 })
    #expect(validation.count == min(9, plan.tasks[0].records.validation.count) + 9)
  }

  @Test func manifestTellsEverything() throws {
    let plan = try plan(shards: 2)
    let output = try output()
    let built = try MixtureBuilder.build(plan, into: output)
    let path = output.path + "/manifest.json"
    #expect(try hashOfFile(at: path) == built.manifestSHA256)
    let text = try content(path)
    let manifest = try #require(try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any])
    #expect(manifest["format_version"] as? Int == 1 && manifest["phrasebook_version"] as? String == "1.2.3")
    #expect(manifest["seed"] as? Int == 5 && manifest["total"] as? Int == 3_000)
    #expect(manifest["cap"] as? Int == 300 && manifest["temperature"] as? Double == 1)
    let listed = try #require(manifest["tasks"] as? [[String: Any]])
    #expect(listed.map { $0["name"] as? String } == ["small", "large", "other"])
    for (entry, task) in zip(listed, plan.tasks) {
      let records = try #require(entry["records"] as? [String: Int])
      #expect(records["train"] == task.trainingRecords && records["test"] == task.records.test.count)
      #expect(records["validation"] == task.records.validation.count && records["quarantined"] == 0)
      #expect(entry["count"] as? Int == task.count)
      // Foundation's reader is off by a last bit at times.
      #expect(abs(try #require(entry["rate"] as? Double) - task.rate) < 1e-15)
      #expect(abs(try #require(entry["epochs"] as? Double) - task.epochs) < 1e-14)
      let templates = try #require(entry["templates"] as? [String: [[String: String]]])
      #expect(
        templates["seen"]?.compactMap { $0["id"] } == task.seen.map { task.task.templates[$0].source.id })
      #expect(templates["unseen"]?.count == task.unseen.count)
      let all = (templates["seen"] ?? []) + (templates["unseen"] ?? [])
      let third = try #require(all.first { $0["name"] == "phrasing 2" })
      #expect(third["family"] == "\(task.task.name)-0")
    }
    #expect(listed[2]["rate"] as? Double == 0 && listed[2]["count"] as? Int == 0)
    let inputs = try #require(manifest["inputs"] as? [[String: String]])
    #expect(
      inputs.map { $0["path"] } == [
        "sums.yaml", "corpora/small/sums.jsonl", "corpora/large/sums.jsonl", "corpora/other/sums.jsonl",
      ])
    for key in ["shards", "evaluation"] {
      for file in try #require(manifest[key] as? [[String: Any]]) {
        let name = try #require(file["path"] as? String)
        #expect(file["sha256"] as? String == (try hashOfFile(at: output.path + "/" + name)))
        #expect(file["bytes"] as? Int == (try content(output.path + "/" + name).count))
        #expect(file["examples"] as? Int == (try examples(output, name).count))
      }
    }
    #expect((manifest["shards"] as? [Any])?.count == 2 && (manifest["evaluation"] as? [Any])?.count == 7)
  }

  @Test func dataSetCardNamesTheFiles() throws {
    let output = try output()
    _ = try MixtureBuilder.build(try plan { $0.holdOut.clusters = [] }, into: output)
    let card = String(decoding: try content(output.path + "/README.md"), as: UTF8.self)
    #expect(card.hasPrefix("---\npretty_name: \"sums\"\nlanguage: [\"en\"]\n"))
    for line in [
      "- config_name: training", "  - {split: train, path: \"train-*.jsonl\"}",
      "  - {split: test, path: evaluation/unseen_templates.jsonl}",
    ] {
      #expect(card.contains(line + "\n"))
    }
    // No task is held out, so that the file is empty.
    #expect(!card.contains("unseen_tasks") && fileExists(output.path + "/evaluation/unseen_tasks.jsonl"))
  }
}
