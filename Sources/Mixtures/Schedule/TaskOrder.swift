package import Bytes

/// Which record and which template the j-th example of a task uses: a function of j alone, nothing stored.
///
/// With e records and S templates, example j belongs to epoch j / e and to block j / S.
///
/// - Every epoch visits every record once, in a new seeded order.
/// - Every block uses every template once, so that in any prefix the counts of two templates differ by at
///   most one.
/// - In S epochs a record meets S different templates, and then starts over: a Latin rectangle. Record
///   number r (after a seeded permutation) meets template r + k in epoch k, both modulo S, as long as r
///   lies below the largest multiple of S. The ρ = e mod S records above it share the templates
///   kρ, kρ + 1, … kρ + ρ − 1 (modulo S) that epoch k uses once more than the others; these windows tile the
///   circle, and rotating within groups of gcd(ρ, S) makes each such record's row a permutation too.
///
/// Templates are numbered through a seeded permutation, so that the extra use falls on none in particular.
package struct TaskOrder: Sendable {
  /// What an example is made from: places among the task's training records and its seen templates.
  package struct Choice: Sendable, Hashable {
    package var record: Int
    package var template: Int
  }

  package let records: Int
  package let templates: Int
  private let key: SeedKey
  private let recordNames: SeededPermutation
  private let templateNames: SeededPermutation
  /// ⌊e / S⌋ and ρ = e mod S.
  private let rows: Int
  private let rest: Int
  private let divisor: Int

  /// - Parameters:
  ///   - records: e, at least 1.
  ///   - templates: S, at least 1.
  package init(records: Int, templates: Int, key: SeedKey) {
    precondition(records > 0 && templates > 0)
    self.records = records
    self.templates = templates
    self.key = key
    recordNames = SeededPermutation(count: UInt64(records), key: key.part(0))
    templateNames = SeededPermutation(count: UInt64(templates), key: key.part(1))
    rows = records / templates
    rest = records % templates
    divisor = greatestCommonDivisor(rest, templates)
  }

  /// - Parameter ordinal: j, at least 0.
  package func choice(_ ordinal: Int) -> Choice {
    let epoch = ordinal / records
    let epochStart = epoch * records
    let template = templateNumber(ordinal, epoch: epoch, epochStart: epochStart)
    // An epoch uses a template once a block, but perhaps not in the block within which it began: the uses
    // are numbered from 0 or from 1, and the shuffle below takes either, for it counts around.
    let use = ordinal / templates - epochStart / templates
    let record = recordNumber(epoch: epoch, template: template, use: use)
    return Choice(
      record: Int(recordNames[UInt64(record)]), template: Int(templateNames[UInt64(template)]))
  }

  /// Shuffles the templates within a block; where an epoch ends inside the block, on either side of the end.
  private func templateNumber(_ ordinal: Int, epoch: Int, epochStart: Int) -> Int {
    let block = ordinal / templates
    let blockStart = block * templates
    let start = max(blockStart, epochStart)
    let end = min(blockStart + templates, epochStart + records)
    let shuffle = SeededPermutation(
      count: UInt64(end - start), key: key.part(2).part(UInt64(block)).part(UInt64(epoch)))
    return start - blockStart + Int(shuffle[UInt64(ordinal - start)])
  }

  /// The record that meets a template in one of its uses in an epoch.
  private func recordNumber(epoch: Int, template: Int, use: Int) -> Int {
    let turn = epoch % templates
    let ahead = (template + templates - turn * rest % templates) % templates
    let share = rows + (ahead < rest ? 1 : 0)
    let shuffle = SeededPermutation(
      count: UInt64(share), key: key.part(3).part(UInt64(epoch)).part(UInt64(template)))
    let pick = Int(shuffle[UInt64(use)])
    if pick < rows { return pick * templates + (template + templates - turn) % templates }
    let rotation = turn / (templates / divisor)
    return rows * templates + ahead / divisor * divisor + (ahead % divisor + divisor - rotation) % divisor
  }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}
