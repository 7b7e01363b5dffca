import Bytes
import Mixtures
import Testing

private func choices(_ order: TaskOrder, _ count: Int) -> [TaskOrder.Choice] {
  (0..<count).map { order.choice($0) }
}

struct TaskOrderTests {
  /// Small and large, prime and composite, fewer records than templates and more.
  private static func cases(_ name: String, _ count: Int, _ body: (TaskOrder, Int, Int, Int) -> Void) {
    for number in 0..<count {
      var dice = Dice(name, number)
      let records = dice.roll(1...40)
      let templates = dice.roll(1...16)
      let order = TaskOrder(
        records: records, templates: templates, key: SeedKey(seed: UInt64(dice.roll(0...1_000_000))))
      body(order, records, templates, number)
    }
  }

  @Test func everyEpochMeetsEveryRecordOnce() {
    Self.cases("epochs", 1_500) { order, records, templates, number in
      let epochs = 2 * templates + 1
      let all = choices(order, records * epochs)
      for epoch in 0..<epochs {
        let met = all[epoch * records..<(epoch + 1) * records].map(\.record)
        #expect(
          met.sorted() == Array(0..<records), "case \(number): \(records) records, \(templates) templates")
      }
    }
  }

  @Test func templatesAreBalancedInEveryPrefix() {
    Self.cases("balance", 1_500) { order, records, templates, number in
      var counts = Array(repeating: 0, count: templates)
      var widest = 0
      for choice in choices(order, records * (templates + 2)) {
        counts[choice.template] += 1
        widest = max(widest, (counts.max() ?? 0) - (counts.min() ?? 0))
      }
      #expect(widest <= 1, "case \(number): \(records) records, \(templates) templates")
    }
  }

  /// As long as there is a template that the record has not met, it meets one of those; afterwards another
  /// than the last time.
  @Test func aRecordMetAgainMeetsAnotherTemplate() {
    Self.cases("again", 1_500) { order, records, templates, number in
      var met: [[Int]] = Array(repeating: [], count: records)
      var (again, known) = (0, 0)
      for choice in choices(order, records * (2 * templates + 1)) {
        let before = met[choice.record]
        if templates > 1, before.last == choice.template { again += 1 }
        if before.count < templates, before.contains(choice.template) { known += 1 }
        met[choice.record].append(choice.template)
      }
      #expect(again == 0 && known == 0, "case \(number): \(records) records, \(templates) templates")
    }
  }

  @Test(arguments: [(10, 4), (12, 5), (30, 7), (5, 9), (64, 3)])
  func everyRecordIsAsLikelyEverywhere(records: Int, templates: Int) {
    var places = Array(repeating: 0, count: records * records)
    var meetings = Array(repeating: 0, count: records * templates)
    let seeds = 400
    for seed in 0..<seeds {
      let order = TaskOrder(records: records, templates: templates, key: SeedKey(seed: UInt64(seed)))
      // One epoch somewhere, not always the first.
      let epoch = seed % (templates + 3)
      for place in 0..<records {
        let choice = order.choice(epoch * records + place)
        places[place * records + choice.record] += 1
        meetings[choice.record * templates + choice.template] += 1
      }
    }
    #expect(looksUniform(places, lost: 2 * records - 1))
    #expect(looksUniform(meetings, lost: records + templates - 1))
  }

  @Test func epochsDifferAndSeedsDiffer() {
    let order = TaskOrder(records: 100, templates: 7, key: SeedKey(seed: 1))
    let other = TaskOrder(records: 100, templates: 7, key: SeedKey(seed: 2))
    let epochs = (0..<20).map { epoch in (0..<100).map { order.choice(epoch * 100 + $0).record } }
    #expect(Set(epochs).count == 20)
    #expect(epochs[0] != (0..<100).map { other.choice($0).record })
    // Successive records are unrelated: about one neighbour in 50 is a neighbour in the file too.
    let near = epochs.flatMap { zip($0, $0.dropFirst()) }.count { abs($0 - $1) == 1 }
    #expect(near < 80, "expected about 40 of 1980")
  }

  @Test func farAwayExamplesCostNothing() {
    let order = TaskOrder(records: 1_000_003, templates: 13, key: SeedKey(seed: 3))
    var seen: Set<Int> = []
    for ordinal in 999_999_000_000..<999_999_000_500 { seen.insert(order.choice(ordinal).record) }
    #expect(seen.count > 498)
  }
}
