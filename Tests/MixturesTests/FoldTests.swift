import Bytes
import Mixtures
import Records
import Templates
import Testing

/// Hold-outs by fold, tag and declared family; near-duplicate records; strata.
struct FoldTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func unseen(_ task: MixtureTask, _ change: (inout HoldOut) -> Void) throws(Diagnostics) -> [Int] {
    var settings = MixtureSettings(name: "folds", seed: 9, total: 400)
    change(&settings.holdOut)
    return try MixturePlan([task], settings: settings).tasks[0].unseen
  }

  @Test func everyFamilyIsHeldOutInOneFold() throws {
    let task = try sumTask("sums", records: 100, in: folder)
    for count in [2, 3, 5, 10] {
      var all: [Int] = []
      for index in 0..<count {
        let held = try unseen(task) { $0.fold = .init(index: index, count: count) }
        // The first three phrasings are one family, the other nine alone.
        #expect(Set(held).intersection([0, 1, 2]).count % 3 == 0)
        all += held
      }
      #expect(all.sorted() == Array(0..<12), "\(count) folds")
    }
    var each: [[Int]] = []
    for index in 0..<12 { each.append(try unseen(task) { $0.fold = .init(index: index, count: nil) }) }
    #expect(Set(each.prefix(10)).count == 10 && each[10] == each[0] && each[11] == each[1])
    #expect(each.prefix(10).allSatisfy { $0.count == 1 || $0 == [0, 1, 2] })
  }

  @Test func anEmptyFoldIsToldWithItsTask() throws {
    let task = try sumTask("sums", records: 100, in: folder)
    let error = #expect(throws: Diagnostics.self) {
      try unseen(task) { $0.fold = .init(index: 11, count: 12) }
    }
    #expect(error.map { "\($0)" }?.contains("'sums'") == true)
    #expect(error.map { "\($0)" }?.contains("fold 11 of 12 is empty, for there are only 10 families") == true)
  }

  @Test func tagsAndDeclaredFamilies() throws {
    var task = try sumTask("sums", records: 100, in: folder)
    for (place, tags) in [(4, ["long"]), (9, ["gap", "long"])] {
      var source = task.templates[place].source
      source.tags = tags
      source.originalTask = place == 4
      task.templates[place] = try CompiledTemplate.compile(source, schema: task.store.schema)
    }
    func held(_ change: @escaping (inout HoldOut) -> Void) throws -> [Int] {
      try unseen(task) {
        $0.amount = .number(0)
        change(&$0)
      }
    }
    #expect(try held { $0.tags = ["long"] } == [4, 9])
    #expect(try held { $0.tags = ["other_task"] } == [9])
    #expect(
      try held {
        $0.tags = ["gap"]
        $0.families = [["phrasing 9", "phrasing 5"], ["phrasing 5", "phrasing 1"]]
      } == [0, 1, 2, 5, 9])
    #expect(throws: Diagnostics.self) { try held { $0.tags = ["lnog"] } }
    #expect(throws: Diagnostics.self) { try held { $0.families = [["phrasing 9", "phrasing 99"]] } }
  }

  private static let words =
    "amber birch cedar delta ember flint grove heron inlet jetty kelp larch maple north otter"
    .split(separator: " ").map(String.init)

  /// Texts of thirty words; every second one with a word changed is its neighbour's near-duplicate.
  private func texts(split: (Int) -> Split?) throws -> RecordStore {
    var records: [Record] = []
    for number in 0..<200 {
      var dice = Dice("texts", number / 2)
      var words = (0..<30).map { _ in Self.words[dice.roll(0...14)] + "\(dice.roll(0...99))" }
      if number % 2 == 1 { words[29] = "changed" }
      records.append(
        Record(
          values: [.string(words.joined(separator: " ")), .integer(Int64(number % 3))], split: split(number)))
    }
    return try store(records, fields: ["text", "label"], in: folder)
  }

  @Test func nearDuplicatesStayOnOneSide() throws {
    let key = SeedKey(seed: 1).part("splits")
    let store = try texts { _ in nil }
    func side(_ parts: RecordParts) -> [UInt32: Int] {
      var sides: [UInt32: Int] = [:]
      for (place, list) in [parts.train, parts.validation, parts.test].enumerated() {
        for record in list { sides[record] = place }
      }
      return sides
    }
    let apart = side(try RecordParts(store, fractions: SplitFractions(validation: 0.2, test: 0.3), key: key))
    #expect((0..<100).contains { apart[2 * $0] != apart[2 * $0 + 1] })
    let fractions = SplitFractions(validation: 0.2, test: 0.3, nearDuplicates: 0.7)
    let parts = try RecordParts(store, fractions: fractions, key: key, threads: 2)
    let together = side(parts)
    #expect(together.count == 200 && parts.nearDuplicates == 0)
    for pair in 0..<100 as Range<UInt32> {
      #expect(together[2 * pair] == together[2 * pair + 1], "pair \(pair)")
    }
    #expect(Set(together.values) == [0, 1, 2])
    // Official splits that divide pairs: the training half goes.
    let official = try texts { $0 % 4 == 1 ? .test : .train }
    let kept = try RecordParts(official, fractions: fractions, key: key)
    #expect(kept.test.count == 50 && kept.train.count == 100 && kept.nearDuplicates == 50)
    #expect(kept.train.allSatisfy { $0 % 4 >= 2 })
  }

  @Test func labelsAreDrawnInTheirShares() throws {
    // Nine in ten are of one label, and a tenth of the others; sorted by label, as files often are.
    let records = (0..<1_000).map { number in
      Record(
        values: [.string("record \(number)"), .integer(number < 900 ? 0 : number < 960 ? 1 : 2)], split: .test
      )
    }
    let extra = (0..<50).map { Record(values: [.string("more \($0)"), .integer(0)], split: .train) }
    let store = try store(records + extra, fields: ["text", "label"], in: folder)
    let task = MixtureTask(
      name: "labels", cluster: "c", metric: "accuracy", store: store,
      templates: try templates(
        ["What of {{text}}? ||| {{label}}", "Number for: {{text}} ||| {{label}}"], task: "labels",
        schema: store.schema))
    for (limit, expected) in [
      (50, [45, 3, 2]), (100, [90, 6, 4]), (7, [6, 1, 0]), (2_000, [900, 60, 40]),
    ] {
      var settings = MixtureSettings(name: "labels", seed: 4, total: 50)
      settings.evaluation = EvaluationLimits(testRecords: limit, validationRecords: 0)
      let plan = try MixturePlan([task], settings: settings)
      let cell = EvaluationCell(.seenTemplates, of: plan)
      let drawn = Set((0..<cell.count).map { cell.example(at: $0).record })
      let labels = drawn.map { store.record($0).value(1) }
      #expect(
        (0..<3).map { label in labels.count { $0 == .integer(Int64(label)) } } == expected, "of \(limit)")
    }
  }
}
