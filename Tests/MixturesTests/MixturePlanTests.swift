import Bytes
import Mixtures
import Templates
import Testing

struct BadSettings: Sendable, CustomTestStringConvertible {
  var message: String
  var change: @Sendable (inout MixtureSettings) -> Void
  var testDescription: String { message }

  init(_ message: String, _ change: @escaping @Sendable (inout MixtureSettings) -> Void) {
    self.message = message
    self.change = change
  }
}

private let badSettings = [
  BadSettings("the total is 0 examples; expected 1 to 1099511627776") { $0.total = 0 },
  BadSettings("0 shards; expected 1 to 99999") { $0.shards = 0 },
  BadSettings("the cap K is 0; expected at least 1 record, or leave it out for no cap") { $0.cap = 0 },
  BadSettings(
    "the fractions of validation (0.5) and test (0.5) must be at least 0 and leave records for training: "
      + "their sum must be under 1"
  ) { $0.splits = SplitFractions(validation: 0.5, test: 0.5) },
  BadSettings("the similarity is 0.0; expected a number above 0, at most 1") { $0.holdOut.similarity = 0 },
  BadSettings("the fraction of templates held out is 1.0; expected at least 0 and under 1") {
    $0.holdOut.amount = .fraction(1)
  },
  BadSettings("the hold-out names an unknown cluster 'elsewere'; did you mean 'elsewhere'?") {
    $0.holdOut.clusters = ["elsewere"]
  },
  BadSettings("the hold-out names an unknown task 'smal'; did you mean 'small'?") {
    $0.holdOut.tasks = ["smal"]
  },
  BadSettings("the hold-out names an unknown template 'phrasing 100'; did you mean 'phrasing 10'?") {
    $0.holdOut.templates = ["phrasing 100"]
  },
  BadSettings("the rates name an unknown task 'otter'; did you mean 'other'?") {
    $0.rates = .weights(["small": 1, "large": 1, "other": 1, "otter": 1])
  },
  BadSettings("every task is held out, and none is left to train on; hold out fewer") {
    $0.holdOut.clusters = ["arithmetic", "elsewhere"]
  },
  BadSettings(
    "task 'small' has no test record among its 60; give it more records or a test split, or raise the "
      + "fraction of test (0.0)"
  ) { $0.splits = SplitFractions(validation: 0.05, test: 0) },
  BadSettings(
    "task 'small' gets none of the 1000 examples (its rate is 4.99999750000125e-07); raise the total or its "
      + "weight, or leave the task out"
  ) { $0.rates = .weights(["small": 1e-6, "large": 1, "other": 1]) },
]

struct VariantPlanTests {
  /// Phrasings that share no words, said to be variants of two templates.
  @Test func variantsStayOnOneSide() throws {
    let folder = try TemporaryFolder()
    for seed in 0..<40 as Range<UInt64> {
      var task = try sumTask("sums", records: 60, in: folder)
      task.templates = try task.templates.enumerated().map { number, template in
        var source = template.source
        source.parent = number < 3 ? nil : .init(id: "p\(number % 2)", name: "parent \(number % 2)")
        return try CompiledTemplate.compile(source, schema: template.schema)
      }
      var settings = MixtureSettings(name: "variants", seed: seed, total: 100)
      settings.holdOut.amount = .fraction(0.4)
      let plan = try MixturePlan([task], settings: settings)
      // 0, 1 and 2 are near-duplicates; odd and even from 3 on are variants of one template each.
      let sides = [[0, 1, 2], [3, 5, 7, 9, 11], [4, 6, 8, 10]].map { family in
        Set(family.map { plan.tasks[0].seen.contains($0) })
      }
      #expect(sides.allSatisfy { $0.count == 1 } && Set(sides).count == 2, "seed \(seed)")
    }
  }

  @Test func aParentsNameIsKnown() throws {
    let folder = try TemporaryFolder()
    var task = try sumTask("sums", records: 60, in: folder)
    var source = task.templates[4].source
    source.parent = .init(id: "p", name: "parent")
    task.templates[4] = try CompiledTemplate.compile(source, schema: task.templates[4].schema)
    var settings = MixtureSettings(name: "variants", seed: 1, total: 100)
    settings.holdOut.templates = ["parent"]
    settings.holdOut.amount = .number(0)
    #expect(try MixturePlan([task], settings: settings).tasks[0].unseen == [4])
  }
}

struct MixturePlanTests {
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

  private func settings(_ change: (inout MixtureSettings) -> Void = { _ in }) -> MixtureSettings {
    var settings = MixtureSettings(name: "test", seed: 5, total: 1_000)
    change(&settings)
    return settings
  }

  @Test func countsFollowTrainingRecords() throws {
    let plan = try MixturePlan(tasks, settings: settings { $0.cap = 300 })
    let sizes = plan.tasks.map { min(300, $0.records.train.count) }
    let sum = sizes.reduce(0, +)
    for (task, size) in zip(plan.tasks, sizes) {
      #expect(abs(Double(task.count) - 1_000 * Double(size) / Double(sum)) < 1)
      #expect(abs(task.rate - Double(size) / Double(sum)) < 1e-15)
      #expect(task.trainingRecords == task.records.train.count)
    }
    #expect(plan.total == 1_000 && plan.tasks.map(\.count).reduce(0, +) == 1_000)
  }

  @Test func trainingMeetsOnlyTrainingRecordsAndSeenTemplates() throws {
    let plan = try MixturePlan(tasks, settings: settings { $0.holdOut.clusters = ["elsewhere"] })
    var counts: [[Int]: Int] = [:]
    for index in 0..<plan.total {
      let example = plan.example(at: index)
      let task = plan.tasks[example.task]
      #expect(task.records.train.contains(UInt32(example.record)) && task.seen.contains(example.template))
      counts[[example.task, example.template], default: 0] += 1
    }
    for (place, task) in plan.tasks.enumerated() where !task.isHeldOut {
      let uses = task.seen.map { counts[[place, $0]] ?? 0 }
      #expect((uses.max() ?? 0) - (uses.min() ?? 0) <= 1)
      #expect(uses.reduce(0, +) == task.count)
    }
    let held = plan.tasks[2]
    #expect(held.isHeldOut && held.count == 0 && held.rate == 0 && held.trainingRecords == 0)
    #expect(held.epochs == 0 && held.seen.isEmpty && held.unseen == Array(0..<12))
  }

  /// Adding a task leaves records, templates and order of the others as they are.
  @Test func tasksDoNotDependOnEachOther() throws {
    let few = try MixturePlan(Array(tasks.prefix(2)), settings: settings())
    let more = try MixturePlan(tasks.reversed(), settings: settings())
    for task in few.tasks {
      let same = try #require(more.tasks.first { $0.task.name == task.task.name })
      #expect(same.records.train == task.records.train && same.unseen == task.unseen)
      #expect(same.forms[0].order?.choice(17) == task.forms[0].order?.choice(17))
    }
  }

  @Test func theSeedDecides() throws {
    let plan = try MixturePlan(tasks, settings: settings())
    let again = try MixturePlan(tasks, settings: settings())
    let other = try MixturePlan(tasks, settings: settings { $0.seed = 6 })
    let examples = (0..<1_000).map { plan.example(at: $0) }
    #expect(examples == (0..<1_000).map { again.example(at: $0) })
    #expect(examples != (0..<1_000).map { other.example(at: $0) })
    #expect(plan.tasks.map(\.records.test) != other.tasks.map(\.records.test))
    #expect(plan.tasks.map(\.unseen) != other.tasks.map(\.unseen))
  }

  @Test func templatesThatNobodyMeetsAreToldOf() throws {
    let plan = try MixturePlan(tasks, settings: settings { $0.total = 30 })
    #expect(
      plan.warnings.map(\.message) == [
        "task 'small' gets \(plan.tasks[0].count) examples, fewer than its \(plan.tasks[0].seen.count) seen "
          + "templates; raise the total or its scale, or some are never trained on",
        "task 'other' gets \(plan.tasks[2].count) examples, fewer than its \(plan.tasks[2].seen.count) seen "
          + "templates; raise the total or its scale, or some are never trained on",
      ])
    #expect(try MixturePlan(tasks, settings: settings()).warnings.isEmpty)
  }

  @Test(arguments: badSettings) func badSettingsAreRefused(bad: BadSettings) {
    let error = #expect(throws: Diagnostics.self) { try MixturePlan(tasks, settings: settings(bad.change)) }
    #expect(error?.list.first?.message == bad.message)
  }

  @Test func badTasksAreRefused() throws {
    let twins = [tasks[0], tasks[0]]
    #expect(throws: Diagnostics(Diagnostic("two tasks are called 'small'; give each its own name"))) {
      try MixturePlan(twins, settings: settings())
    }
    #expect(throws: Diagnostics(Diagnostic("the mixture has no task; name at least one"))) {
      try MixturePlan([], settings: settings())
    }
    var bare = tasks[0]
    bare.templates = []
    #expect(throws: Diagnostics(Diagnostic("task 'small' has no template; write at least two"))) {
      try MixturePlan([bare], settings: settings())
    }
  }
}
