import Bytes
import Compression
import Mixtures
import Testing

/// What every recipe promises, over thousands of random ones.
struct RandomRecipeTests {
  /// Tasks of many sizes and numbers of templates, made once; recipes draw from them.
  private static func pool(in folder: TemporaryFolder) throws -> [MixtureTask] {
    let sizes = [1, 2, 3, 5, 8, 13, 21, 40, 64, 65, 100, 150, 300]
    return try sizes.enumerated().map { place, size in
      let phrasings = Array(sumPhrasings.prefix(2 + place % 11))
      return try sumTask(
        "task \(place)", cluster: "cluster \(place % 4)", records: size, from: 1_000 * place,
        phrasings: Array(phrasings.reversed()), in: folder)
    }
  }

  private static func settings(_ dice: inout Dice, _ tasks: [MixtureTask], number: Int) -> MixtureSettings {
    var settings = MixtureSettings(
      name: "case \(number)", seed: UInt64(dice.roll(0...1_000_000)),
      total: 1 + dice.rollBits(upTo: 500) + (dice.roll(0...3) > 0 ? 200 : 0))
    settings.splits = SplitFractions(validation: 0, test: 0)
    settings.evaluation = EvaluationLimits(testRecords: 0, validationRecords: 0)
    settings.holdOut.amount = dice.flip() ? .fraction(dice.unit() * 0.6) : .number(dice.roll(0...1))
    switch dice.roll(0...3) {
    case 0: settings.rates = .equal
    case 1:
      var weights: [String: Double] = [:]
      for task in tasks { weights[task.name] = 0.01 + dice.unit() * 10 }
      settings.rates = .weights(weights)
    default:
      if dice.flip() { settings.cap = 1 + dice.rollBits(upTo: 300) }
      if dice.flip() { settings.temperature = [0.5, 1.7, 2, 3, 4, 8][dice.roll(0...5)] }
    }
    return settings
  }

  @Test func everyPromiseHolds() throws {
    let folder = try TemporaryFolder()
    let pool = try Self.pool(in: folder)
    var (looked, refused) = (0, 0)
    for number in 0..<6_000 {
      var dice = Dice("recipe", number)
      var tasks = Array(dice.shuffle(pool).prefix(dice.roll(1...8)))
      for place in tasks.indices where dice.flip() { tasks[place].scale = 0.1 + dice.unit() * 5 }
      let settings = Self.settings(&dice, tasks, number: number)
      let plan: MixturePlan
      do throws(Diagnostics) {
        plan = try MixturePlan(tasks, settings: settings)
      } catch {
        // A total smaller than the tasks, or a task of one family: told, and no mixture.
        let reasons = ["gets none of", "cannot divide the templates"]
        #expect(
          error.list.allSatisfy { problem in reasons.contains { problem.message.contains($0) } }, "\(error)")
        refused += 1
        continue
      }
      looked += 1
      check(plan, number)
    }
    #expect(looked > 2_000, "\(refused) recipes were refused")
  }

  private func check(_ plan: MixturePlan, _ number: Int) {
    let total = plan.settings.total
    let rates = plan.tasks.map(\.rate)
    for task in plan.tasks {
      #expect(abs(Double(task.count) - Double(total) * task.rate) < 1 + 1e-9, "case \(number)")
    }
    #expect(plan.tasks.map(\.count).reduce(0, +) == total && abs(rates.reduce(0, +) - 1) < 1e-12)
    // One after the other, and each by itself.
    var cursor = ScheduleCursor(plan.schedule)
    var counts = plan.tasks.map { Array(repeating: 0, count: $0.task.templates.count) }
    var met = plan.tasks.map { _ in [Int: [Int]]() }
    var drift = plan.tasks.map { _ in (low: 0.0, high: 0.0, count: 0) }
    for index in 0..<total {
      guard let place = cursor.step() else {
        Issue.record("case \(number) ends at \(index)")
        return
      }
      let example = plan.example(place)
      #expect(example == plan.example(at: index), "case \(number), index \(index)")
      counts[example.task][example.template] += 1
      met[example.task][example.record, default: []].append(example.template)
      // Between two of its own examples a task only falls behind its share.
      let task = example.task
      let share = Double(plan.tasks[task].count) / Double(total)
      drift[task].low = min(drift[task].low, Double(drift[task].count) - share * Double(index))
      drift[task].count += 1
      drift[task].high = max(drift[task].high, Double(drift[task].count) - share * Double(index + 1))
    }
    for (place, task) in plan.tasks.enumerated() {
      let share = Double(task.count) / Double(total)
      #expect(
        drift[place].high - drift[place].low <= 2 + share * Double(plan.tasks.count) + 1e-9,
        "case \(number): a window of '\(task.task.name)'")
      let used = task.seen.map { counts[place][$0] }
      #expect((used.max() ?? 0) - (used.min() ?? 0) <= 1, "case \(number): templates of '\(task.task.name)'")
      #expect(task.unseen.allSatisfy { counts[place][$0] == 0 }, "case \(number)")
      for (record, templates) in met[place] {
        for visit in templates.indices.dropFirst() {
          let before = templates[max(0, visit - task.seen.count + 1)..<visit]
          // A row of the rectangle begins anew after as many visits as there are templates.
          let sameRow = before.suffix(visit % task.seen.count)
          #expect(
            !sameRow.contains(templates[visit]),
            "case \(number): record \(record) of '\(task.task.name)' meets a template again too early")
        }
      }
    }
  }

  /// Written, in shards, in single shards, and after files were lost: always the same bytes.
  @Test func filesDependOnTheRecipeAlone() throws {
    let folder = try TemporaryFolder()
    let pool = try Self.pool(in: folder)
    var written = 0
    for number in 0..<60 {
      var dice = Dice("files", number)
      let tasks = Array(dice.shuffle(pool).prefix(dice.roll(1...5)))
      var settings = Self.settings(&dice, tasks, number: number)
      guard let whole = try? MixturePlan(tasks, settings: settings) else { continue }
      settings.shards = dice.roll(2...9)
      settings.compression = dice.flip() ? .zstd : nil
      let plan = try MixturePlan(tasks, settings: settings)
      let (one, parted) = (folder + "one-\(number)", folder + "parted-\(number)")
      _ = try MixtureBuilder.build(whole, into: OutputFolder(one))
      _ = try MixtureBuilder.build(plan, into: OutputFolder(parted), threads: 2)
      var lines: [String] = []
      for name in try namesInFolder(parted) where name.hasPrefix("train-") {
        try read(parted + "/" + name) { lines.append($0) }
      }
      var expected: [String] = []
      try read(one + "/train-00000-of-00001.jsonl") { expected.append($0) }
      #expect(lines == expected, "case \(number)")
      let undisturbed = try contents(parted)
      // Shard by shard, in any order, then committed.
      let single = folder + "single-\(number)"
      for shard in dice.shuffle(Array(0..<settings.shards)) {
        _ = try MixtureBuilder.build(plan, shard: shard, into: OutputFolder(single, isShared: true))
      }
      _ = try MixtureCommit.commit(OutputFolder(single))
      #expect(try contents(single) == undisturbed, "case \(number)")
      // Cut off before the manifest, some files lost, one damaged: what is right stays, the rest is made again.
      try cutOff(plan, parted, &dice)
      _ = try MixtureBuilder.build(plan, into: OutputFolder(parted), resuming: true)
      #expect(try contents(parted) == undisturbed, "case \(number)")
      written += 1
    }
    #expect(written > 30)
  }

  private func cutOff(_ plan: MixturePlan, _ path: String, _ dice: inout Dice) throws {
    try removeTree(path)
    for shard in 0..<plan.settings.shards where dice.flip() {
      _ = try MixtureBuilder.build(plan, shard: shard, into: OutputFolder(path, isShared: true))
    }
    guard isFolder(path), let name = try namesInFolder(path).first(where: { $0.hasPrefix("train-") }) else {
      return
    }
    var file = try AtomicFile(path: path + "/" + name)
    try file.write("damaged")
    _ = try file.commit()
  }
}
