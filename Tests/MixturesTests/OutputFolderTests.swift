import Bytes
import Foundation
import Mixtures
import Records
import Templates
import Testing

struct OutputFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func plan(_ task: MixtureTask, total: Int = 600, shards: Int = 1) throws -> MixturePlan {
    var settings = MixtureSettings(name: "sums", seed: 5, total: total)
    settings.shards = shards
    settings.evaluation.testRecords = 3
    return try MixturePlan([task], settings: settings)
  }

  private func touch(_ path: String) throws {
    try makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    var file = try AtomicFile(path: path)
    try file.write("left")
    _ = try file.commit()
  }

  @Test func twoBuildsAtOnceAreRefused() throws {
    let path = folder + "out"
    do {
      let first = try OutputFolder(path)
      #expect(
        throws: Diagnostic(
          "another build is writing into '\(path)'; wait until it ends, or name another folder with --output",
          cause: .environment)
      ) { try OutputFolder(path) }
      #expect(first.path == path)
    }
    #expect(throws: Never.self) { try OutputFolder(path) }
  }

  @Test func leftoversOfAKilledBuildGo() throws {
    let path = folder + "out"
    let names = [
      "train-00000-of-00002.jsonl.partial", "evaluation/seen_templates.jsonl.partial", "keep.txt",
      "model/model.safetensors.partial",
    ]
    for name in names { try touch(path + "/" + name) }
    _ = try OutputFolder(path)
    #expect(try namesInFolder(path) == ["evaluation", "keep.txt", "model"])
    #expect(try namesInFolder(path + "/model") == ["model.safetensors.partial"])
    #expect(try namesInFolder(path + "/evaluation") == [])
  }

  @Test func filesOfAnEarlierBuildGoAndOthersStay() throws {
    let output = try OutputFolder(folder + "out")
    let task = try sumTask("sums", records: 100, in: folder)
    _ = try MixtureBuilder.build(try plan(task, shards: 5), into: output)
    for name in ["model/config.json", "evaluation/results.json", "recipe.yaml"] {
      try touch(output.path + "/" + name)
    }
    _ = try MixtureBuilder.build(try plan(task, shards: 2), into: output)
    #expect(
      try namesInFolder(output.path) == [
        "README.md", "croissant.json", "evaluation", "manifest.json", "model", "recipe.yaml",
        "train-00000-of-00002.jsonl", "train-00001-of-00002.jsonl",
      ])
    #expect(fileExists(output.path + "/evaluation/results.json"))
  }

  @Test func aFileInPlaceOfTheFolderIsRefused() throws {
    try touch(folder + "out")
    #expect(
      throws: Diagnostic(
        "cannot make the folder '\(folder + "out")': a file stands in its place; move it away")
    ) { try OutputFolder(folder + "out") }
  }

  /// The record that fails is told, the same one for any number of threads, and nothing is left.
  @Test(arguments: [1, 2, 8]) func aFailingExampleStopsTheBuild(threads: Int) throws {
    let output = try OutputFolder(folder + "out")
    let task = try sumTask("sums", records: 100, in: folder)
    _ = try MixtureBuilder.build(try plan(task), into: output)
    var records = (0..<2_000).map { Record(values: [.string("text \($0)"), .string("\($0)")]) }
    for place in stride(from: 1_500, to: 2_000, by: 50) { records[place].values[1] = .string(" \n") }
    let store = try store(records, fields: ["text", "answer"], in: folder)
    let phrasings = [
      "Look at {{text}} and count ||| {{answer}}", "How much is {{text}} worth? ||| {{answer}}",
    ]
    var bad = task
    bad.store = store
    bad.templates = try templates(phrasings, task: "sums", schema: store.schema)
    var settings = MixtureSettings(name: "sums", seed: 5, total: 4_000)
    settings.shards = 3
    let plan = try MixturePlan([bad], settings: settings)
    let first = try #require(
      (0..<4_000).first { index in
        let record = store.record(plan.example(at: index).record)
        return record.value(1) == .string(" \n")
      })
    let example = plan.example(at: first)
    let source = bad.templates[example.template].source
    #expect(
      throws: Diagnostic(
        "cannot render an example of task 'sums': template '\(source.name)' (\(source.id)), record "
          + "\(store.record(example.record).id): the target is empty; mend the template, or the record's source",
        at: source.location)
    ) { try MixtureBuilder.build(plan, into: output, threads: threads) }
    #expect(try namesInFolder(output.path) == ["evaluation"])
    #expect(try namesInFolder(output.path + "/evaluation") == [])
  }

  @Test(arguments: [
    ("{{text}} ||| {{answer}}", Value.string(""), "the input is empty"),
    (
      "Perhaps: {{text}}{% if text == 'y' %} ||| {{answer}}{% endif %}", .string("x"),
      "the template gives no target; divide input and target with '|||'"
    ),
    ("Half of {{1 / text}} ||| {{answer}}", .integer(0), "line 1: ZeroDivisionError: division by zero"),
  ]) func uselessExamplesAreErrors(jinja: String, text: Value, reason: String) throws {
    let store = try store([Record(values: [text, .string("y")])], fields: ["text", "answer"], in: folder)
    let task = MixtureTask(
      name: "one", cluster: "one", metric: "accuracy", store: store,
      templates: try templates([jinja], task: "one", schema: store.schema))
    var settings = MixtureSettings(name: "one", seed: 5, total: 1)
    settings.splits = SplitFractions(validation: 0, test: 0)
    settings.evaluation.testRecords = 0
    settings.holdOut.amount = .number(0)
    let plan = try MixturePlan([task], settings: settings)
    let output = try OutputFolder(folder + "out")
    let error = #expect(throws: Diagnostic.self) { try MixtureBuilder.build(plan, into: output) }
    #expect(error?.message.contains(": \(reason); mend the template") == true)
    #expect(error?.cause == .input)
  }
}
