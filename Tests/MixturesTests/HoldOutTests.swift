import Bytes
import Mixtures
import Templates
import Testing

private func templates(_ families: [Int]) -> [TemplateHoldOut.Template] {
  families.indices.map {
    TemplateHoldOut.Template(id: "id\($0)", name: "name \($0)", family: families[$0])
  }
}

/// Families of random sizes, members scattered.
private func randomFamilies(_ dice: inout Dice) -> [Int] {
  let labels = (0..<dice.roll(2...15)).map { _ in dice.roll(0...7) }
  return labels.map { label in labels.firstIndex(of: label) ?? 0 }
}

private func rule(_ amount: HoldOut.Amount, _ unit: HoldOut.Unit = .templates, names: [String] = [])
  -> HoldOut
{
  var rule = HoldOut()
  (rule.amount, rule.unit, rule.templates) = (amount, unit, names)
  return rule
}

private func held(_ families: [Int], _ rule: HoldOut, seed: UInt64 = 1) throws -> [Bool] {
  try TemplateHoldOut(task: "sums", templates: templates(families), rule: rule)
    .choose(key: SeedParts(seed: seed).holdOut(task: "sums"))
}

struct HoldOutTests {
  @Test func namingATemplateHoldsOutItsVariants() throws {
    var all = templates([0, 0, 2, 3])
    for place in 0..<2 { all[place].parent = .init(id: "parent id", name: "parent") }
    for name in ["parent", "parent id", "name 1"] {
      let holdOut = TemplateHoldOut(task: "sums", templates: all, rule: rule(.number(0), names: [name]))
      #expect(try holdOut.choose(key: SeedKey(seed: 1)) == [true, true, false, false])
    }
  }

  @Test func familiesAreNeverSplitAndBothSidesHaveOne() throws {
    for number in 0..<3_000 {
      var dice = Dice("hold-out", number)
      let families = randomFamilies(&dice)
      guard Set(families).count > 1 else { continue }
      let unit: HoldOut.Unit = dice.flip() ? .templates : .families
      let fraction = dice.unit() * 0.98 + 0.01
      let held = try held(families, rule(.fraction(fraction), unit), seed: UInt64(number))
      for (a, b) in zip(families, held) { #expect(held[a] == b, "case \(number)") }
      #expect(held.contains(true) && held.contains(false), "case \(number)")
      // Never more than asked for, unless the smallest family is larger than that.
      let sizes = Dictionary(grouping: families.indices, by: { families[$0] }).mapValues(\.count)
      let all = unit == .families ? sizes.count : families.count
      let taken =
        unit == .families
        ? Set(families.indices.filter { held[$0] }.map { families[$0] }).count
        : held.count(where: \.self)
      let smallest = unit == .families ? 1 : sizes.values.min() ?? 0
      #expect(taken <= max(1, Int((fraction * Double(all)).rounded()), smallest), "case \(number)")
    }
  }

  @Test func singleTemplatesAreCountedExactly() throws {
    for amount in 1...9 {
      let families = Array(0..<10)
      #expect(try held(families, rule(.number(amount))).count(where: \.self) == amount)
      #expect(try held(families, rule(.fraction(Double(amount) / 10))).count(where: \.self) == amount)
      #expect(try held(families, rule(.number(amount), .families)).count(where: \.self) == amount)
    }
    #expect(try held(Array(0..<10), rule(.number(0))).count(where: \.self) == 0)
    #expect(try held([0], rule(.fraction(0))) == [false])
  }

  @Test func everyFamilyIsHeldOutUnderSomeSeed() throws {
    var counts = Array(repeating: 0, count: 8)
    for seed in 0..<1_600 {
      for (place, isHeld) in try held(Array(0..<8), rule(.number(2)), seed: UInt64(seed)).enumerated() {
        if isHeld { counts[place] += 1 }
      }
    }
    #expect(looksUniform(counts))
  }

  @Test func namesBringTheirFamiliesAndCountFirst() throws {
    let families = [0, 0, 2, 3, 0, 5]
    #expect(
      try held(families, rule(.number(0), names: ["id1"])) == [true, true, false, false, true, false])
    #expect(try held(families, rule(.number(1), names: ["name 3"])).count(where: \.self) == 1)
    let more = try held(families, rule(.number(4), names: ["id4"]))
    #expect(more.count(where: \.self) == 4 && more[0] && more[1] && more[4])
  }

  @Test(arguments: [
    (
      [0], rule(.fraction(0.2)),
      "there is only 1, and one must be left to train on; write more, or hold out 0"
    ),
    (
      [0, 0, 0], rule(.number(1), .templates),
      "all 3 are near-duplicates of each other, one family, which stays on one side; write others, raise the "
        + "similarity (0.6), or hold out 0"
    ),
    (
      [0, 1], rule(.number(0), names: ["id0", "name 1"]),
      "all 2 are held out by name, and none is left to train on; name fewer"
    ),
  ]) func aSideWithoutTemplatesIsAnError(families: [Int], rule: HoldOut, message: String) {
    let whole = "cannot divide the templates of task 'sums' into seen and unseen: " + message
    #expect(throws: Diagnostic(whole)) { try held(families, rule) }
  }
}
