public import Bytes
public import Records

/// The records of a task, divided: places in its store, ascending, each record once.
public struct RecordParts: Sendable {
  public internal(set) var train: [UInt32] = []
  public internal(set) var validation: [UInt32] = []
  public internal(set) var test: [UInt32] = []
  /// Records left out because another has the same id.
  public internal(set) var duplicates = 0
  /// Records left out because one like them stands on a side that is measured on.
  public internal(set) var nearDuplicates = 0

  init() {}

  /// Divides the records of a store.
  ///
  /// - A split that the corpus names is kept, with two exceptions: a corpus that names `train` alone has no
  ///   held-out part and is treated as if it named none; where `validation` but no `test` is named (as in
  ///   GLUE, whose test labels are secret), validation serves as test.
  /// - A record without a split follows the first record of its group that has one.
  /// - The others go by a hash of their group under the seed. Task and place play no part: a record stays
  ///   where it is when others come or go, and stands on the same side in every task that has it.
  /// - Of records with the same id one stays, in test before validation before train.
  ///
  /// - Near-duplicates, where they are looked for, and records of a group go by the first of them. Where a corpus
  ///   names splits, those of them that training or validation has are left out if test has one.
  ///
  /// - Parameters:
  ///   - key: the seed's key for splits.
  ///   - threads: for the search.
  /// - Throws: a store with more records than 32 bits can number.
  public init(
    _ store: RecordStore, fractions: SplitFractions, key: SeedKey, threads: Int = 1
  ) throws(Diagnostic) {
    guard store.count <= UInt32.max else {
      throw Diagnostic("\(store.count) records in one task; at most \(UInt32.max) can be numbered")
    }
    let rule = SplitRule(store, fractions: fractions, key: key)
    var kept = RecordTable(store)
    for place in 0..<store.count {
      let split = rule.split(store.record(place))
      kept.insert(UInt32(place)) { split.rank > rule.split(store.record(Int($0))).rank }
    }
    duplicates = store.count - kept.count
    guard let similarity = fractions.nearDuplicates else {
      for place in 0..<store.count where kept.holds(UInt32(place)) {
        add(UInt32(place), to: rule.split(store.record(place)))
      }
      return
    }
    let places = (0..<UInt32(store.count)).filter { kept.holds($0) }
    let families = RecordFamilies(places, of: store, similarity: similarity, threads: threads)
    // Of a family the first record's group decides, where it is a hash that does.
    let splits = places.indices.map { member in
      rule.split(
        store.record(Int(places[member])),
        group: store.record(Int(places[families.firstMembers[member]])).group)
    }
    var highest: [Int: Split] = [:]
    for (member, split) in splits.enumerated() {
      let first = families.firstMembers[member]
      if split.rank > highest[first]?.rank ?? 0 { highest[first] = split }
    }
    for (member, split) in splits.enumerated() {
      if split.rank == highest[families.firstMembers[member]]?.rank {
        add(places[member], to: split)
      } else {
        nearDuplicates += 1
      }
    }
  }

  private mutating func add(_ place: UInt32, to split: Split) {
    switch split {
    case .train: train.append(place)
    case .validation: validation.append(place)
    case .test: test.append(place)
    }
  }
}

extension Split {
  /// Of two equal records the one of higher rank stays, so that no test record is trained on.
  fileprivate var rank: UInt8 { rawValue }
}

/// Decides the split of one record after another.
private struct SplitRule {
  private let fractions: SplitFractions
  private let key: SeedKey
  private let ignoresNames: Bool
  private let testsOnValidation: Bool
  /// The named split of each group; empty unless some records have a split and others none.
  private var groups: [UInt64: Split] = [:]

  init(_ store: RecordStore, fractions: SplitFractions, key: SeedKey) {
    self.fractions = fractions
    self.key = key
    var named: Set<Split> = []
    var hasUnnamed = false
    for place in 0..<store.count {
      if let split = store.record(place).split { named.insert(split) } else { hasUnnamed = true }
    }
    ignoresNames = named == [.train]
    testsOnValidation = named.contains(.validation) && !named.contains(.test)
    guard hasUnnamed, !named.isEmpty, !ignoresNames else { return }
    for place in 0..<store.count {
      let record = store.record(place)
      if let split = record.split, groups[record.group] == nil { groups[record.group] = split }
    }
  }

  func split(_ record: PackedRecord) -> Split { split(record, group: record.group) }

  /// - Parameter group: what is hashed where no name decides.
  func split(_ record: PackedRecord, group: UInt64) -> Split {
    guard let named = ignoresNames ? nil : record.split ?? groups[record.group] else { return hashed(group) }
    return named == .validation && testsOnValidation ? .test : named
  }

  private func hashed(_ group: UInt64) -> Split {
    let draw = key.part(group).unit
    if draw < fractions.test { return .test }
    return draw < fractions.test + fractions.validation ? .validation : .train
  }
}
