import Bytes
import Mixtures
import Records
import Testing

private let fractions = SplitFractions(validation: 0.1, test: 0.2)
private let key = SeedParts(seed: 11).splits

private func text(_ number: Int) -> [Value] { [.string("record \(number)")] }

private func parts(_ records: [Record], key: SeedKey = key) throws -> (RecordStore, RecordParts) {
  let folder = try TemporaryFolder()
  let store = try store(records, fields: ["text"], in: folder)
  return (store, try RecordParts(store, fractions: fractions, key: key))
}

private func all(_ parts: RecordParts) -> [[UInt32]] { [parts.train, parts.validation, parts.test] }

struct RecordPartsTests {
  @Test func sharesFollowTheFractions() throws {
    let (_, parts) = try parts((0..<20_000).map { Record(values: text($0)) })
    // Five standard deviations of a binomial: √(20,000 · p · (1 − p)) is 42 and 57.
    #expect(abs(parts.validation.count - 2_000) < 212)
    #expect(abs(parts.test.count - 4_000) < 283)
    #expect(all(parts).flatMap(\.self).sorted() == Array(0..<20_000))
    #expect(all(parts).allSatisfy { $0 == $0.sorted() })
  }

  /// The side follows from content and seed: neither order nor company matters.
  @Test func aRecordStaysWhereItIs() throws {
    let (_, whole) = try parts((0..<500).map { Record(values: text($0)) })
    let (store, some) = try parts(
      (0..<500).reversed().filter { $0 % 3 != 0 }.map { Record(values: text($0)) })
    let tested = Set(whole.test.map(Int.init))
    for place in 0..<store.count {
      let original = try #require(number(store.record(place)))
      #expect(some.test.contains(UInt32(place)) == tested.contains(original))
    }
    let (_, other) = try parts((0..<500).map { Record(values: text($0)) }, key: SeedParts(seed: 12).splits)
    #expect(other.test != whole.test)
  }

  private func number(_ record: PackedRecord) -> Int? {
    guard case .string(let text) = record.value(0) else { return nil }
    return Int(text.dropFirst("record ".count))
  }

  @Test func groupsNeverStraddle() throws {
    for number in 0..<40 {
      var dice = Dice("groups", number)
      let groups = (0..<300).map { _ in UInt64(dice.roll(0...40)) }
      let (_, parts) = try parts(groups.indices.map { Record(values: text($0), group: groups[$0]) })
      let sides = all(parts).map { Set($0.map { groups[Int($0)] }) }
      #expect(sides[0].isDisjoint(with: sides[1]) && sides[0].isDisjoint(with: sides[2]))
      #expect(sides[1].isDisjoint(with: sides[2]))
    }
  }

  @Test func officialSplitsAreKept() throws {
    let splits: [Split] = (0..<300).map { [.train, .train, .validation, .test][$0 % 4] }
    let (_, parts) = try parts(splits.indices.map { Record(values: text($0), split: splits[$0]) })
    for (split, part) in zip([Split.train, .validation, .test], all(parts)) {
      #expect(part == splits.indices.filter { splits[$0] == split }.map(UInt32.init))
    }
  }

  @Test func validationServesWhereNoTestIsNamed() throws {
    let (_, parts) = try parts(
      (0..<100).map { Record(values: text($0), split: $0 < 80 ? .train : .validation) })
    #expect(all(parts).map(\.count) == [80, 0, 20])
  }

  @Test func aLoneTrainingSplitIsNone() throws {
    let (_, named) = try parts((0..<200).map { Record(values: text($0), split: .train) })
    let (_, unnamed) = try parts((0..<200).map { Record(values: text($0)) })
    #expect(all(named) == all(unnamed))
    #expect(!named.test.isEmpty)
  }

  @Test func recordsWithoutASplitFollowTheirGroup() throws {
    let records = (0..<400).map { number in
      Record(values: text(number), split: number < 40 ? .test : nil, group: UInt64(number % 80))
    }
    let (_, parts) = try parts(records)
    let followers = (40..<400).filter { $0 % 80 < 40 }.map(UInt32.init)
    #expect(Set(parts.test).isSuperset(of: followers))
    #expect(!parts.train.isEmpty)
  }

  @Test func equalRecordsStayOnceAndRatherInTest() throws {
    let (_, named) = try parts([
      Record(values: text(1), split: .train), Record(values: text(1), split: .test),
      Record(values: text(2), split: .validation), Record(values: text(2), split: .train),
      Record(values: text(3), split: .train), Record(values: text(3), split: .train),
      Record(values: text(4), split: .test), Record(values: text(4)),
    ])
    #expect(all(named) == [[4], [2], [1, 6]])
    #expect(named.duplicates == 4)
    let (_, hashed) = try parts((0..<1_000).map { Record(values: text($0 % 250)) })
    #expect(all(hashed).flatMap(\.self).sorted() == Array(0..<250))
    #expect(hashed.duplicates == 750)
  }
}

struct EvenSampleTests {
  @Test func everyStretchGivesOne() {
    for number in 0..<500 {
      var dice = Dice("even", number)
      let count = dice.roll(0...400)
      let limit = dice.roll(0...500)
      let sample = evenSample(of: count, limit: limit, key: SeedKey(seed: UInt64(number)))
      #expect(sample.count == min(count, limit))
      for (stretch, place) in sample.enumerated() where limit < count {
        #expect(place * limit >= stretch * count - limit && place * limit < (stretch + 1) * count)
      }
      #expect(zip(sample, sample.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  /// A file that repeats a pattern of four: each residue comes up a quarter of the time, not always one.
  @Test func patternsAreNotFallenInStepWith() {
    var residues = [0, 0, 0, 0]
    for seed in 0..<50 {
      for place in evenSample(of: 400, limit: 40, key: SeedKey(seed: UInt64(seed))) {
        residues[place % 4] += 1
      }
    }
    #expect(looksUniform(residues))
  }
}
