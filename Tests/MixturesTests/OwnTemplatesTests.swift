import Bytes
import Diversity
import Foundation
import JSON
import Mixtures
import Records
import Templates
import Testing

/// Mixtures of the repository's own templates over records made up to fit their fields.
struct OwnTemplatesTests {
  private let folder: TemporaryFolder
  private let tasks: [MixtureTask]

  init() throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    let spelling = (0..<300).map { number in
      let word = letters(number)
      return Record(
        values: [.string("x" + word), .string(word)], group: number % 5 == 0 ? UInt64(number / 10) : nil)
    }
    let genders = (0..<240).map { number in
      Record(
        values: [
          .string(letters(number).uppercased()), .string(letters(3 * number)), .integer(Int64(number % 3)),
        ])
    }
    tasks = [
      try Self.task("spelling", fields: ["wrong", "right"], spelling, folder),
      try Self.task("german_gender", fields: ["noun", "english", "label"], genders, folder),
    ]
  }

  private static func task(
    _ name: String, fields: [String], _ records: [Record], _ folder: TemporaryFolder
  ) throws -> MixtureTask {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let store = try store(records, fields: fields, in: folder)
    return MixtureTask(
      name: name, cluster: name, metric: "accuracy", store: store,
      templates: try TemplateFile.load("\(root)/templates/\(name)/templates.yaml").map {
        try CompiledTemplate.compile($0, schema: store.schema)
      })
  }

  private func plan(seed: UInt64) throws -> MixturePlan {
    var settings = MixtureSettings(name: "own", seed: seed, total: 4_000)
    settings.holdOut.amount = .fraction(0.3)
    settings.rates = .equal
    return try MixturePlan(tasks, settings: settings)
  }

  /// Neither an id of a held-out template, nor what it would say of any training record, is in training.
  @Test(arguments: [1, 2, 3] as [UInt64]) func heldOutTemplatesAreNotTrainedOn(seed: UInt64) throws {
    let plan = try plan(seed: seed)
    let output = try OutputFolder(folder + "out")
    _ = try MixtureBuilder.build(plan, into: output, threads: 2)
    let path = output.path + "/train-00000-of-00001.jsonl"
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    var inputs: Set<String> = []
    var templates: Set<String> = []
    try ExampleLines.read(path) { example in
      inputs.insert(example.input)
      templates.insert(example.template)
    }
    for task in plan.tasks {
      #expect(task.unseen.count == Int((0.3 * Double(task.task.templates.count)).rounded()))
      for place in task.seen { #expect(templates.contains(task.task.templates[place].source.id)) }
      for place in task.unseen {
        let template = task.task.templates[place]
        #expect(!text.contains(template.source.id))
        let renderer = Renderer(template)
        var example = RenderedExample()
        for record in task.records.train {
          try renderer.render(
            task.task.store.record(Int(record)),
            key: SeedParts(seed: seed).rendering(RecordID(high: 0, low: 0)),
            into: &example)
          #expect(!inputs.contains(example.inputText), "\(template.source.name)")
        }
      }
    }
  }

  @Test func noHeldOutTemplateHasANearDuplicateInTraining() throws {
    for seed in 0..<100 {
      for task in try plan(seed: UInt64(seed)).tasks {
        var numbers = WordNumbers()
        let grams = task.task.templates.map { Trigrams(numbers.number(TemplateWords($0.source).words)) }
        for unseen in task.unseen {
          for seen in task.seen { #expect(grams[unseen].similarity(to: grams[seen]) < 0.6) }
        }
      }
    }
  }
}

/// Different lower-case words for different numbers.
private func letters(_ number: Int) -> String {
  var word = ""
  var rest = number &* 7919 % 10_000 + 30_000
  while rest > 0 {
    word.unicodeScalars.append(Unicode.Scalar(UInt8(97 + rest % 26)))
    rest /= 26
  }
  return word
}
