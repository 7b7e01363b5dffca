internal import Bytes
internal import Records

/// Decides which exemplars stand before a question.
///
/// Random and balanced ones are the same records for all questions of a task, in the same order, so that what
/// stands before the question is computed once for a template.
struct ExemplarSelection {
  private let settings: PromptingSettings
  private let pool: TaskExemplars
  private let key: SeedKey
  /// The pool's records in the order in which they are drawn.
  private let drawn: [Int]
  private var rankings: [Int: BM25] = [:]

  /// - Parameter key: of seed and task.
  init(_ pool: TaskExemplars, _ settings: PromptingSettings, key: SeedKey) {
    self.settings = settings
    self.pool = pool
    self.key = key
    let order = SeededPermutation(count: UInt64(pool.records.count), key: key.part("draw"))
    drawn = pool.records.indices.map { Int(order[UInt64($0)]) }
  }

  /// Solved examples in the order in which they stand; fewer than asked for where the pool has no more.
  ///
  /// - Parameter order: 0 for the order of the draw.
  mutating func exemplars(of question: Example, order: Int) -> [Example] {
    guard settings.shots > 0, let template = pool.templatePlace(question.template) else { return [] }
    let own = { [pool] (record: Int) in pool.example(record: record, template: template) }
    // The pool holds no measured record; should a folder say otherwise, it is not shown to itself.
    let free = drawn.filter { !pool.records[$0].utf8.elementsEqual(question.record.utf8) && own($0) != nil }
    var chosen: [Int]
    switch settings.choice {
    case .random: chosen = Array(free.prefix(settings.shots))
    case .balanced: chosen = balanced(free) { own($0).map(Self.label) ?? "" }
    case .similar: chosen = similar(free, to: question, template)
    }
    if order > 0 {
      let turn = SeededPermutation(
        count: UInt64(chosen.count), key: key.part("order").part(UInt64(order)))
      chosen = chosen.indices.map { chosen[Int(turn[UInt64($0)])] }
    }
    return chosen.compactMap { pool.example(record: $0, template: shownTemplate($0, template)) ?? own($0) }
  }

  /// What an exemplar answers, whatever the template's words for it: the place of its answer, else its text.
  private static func label(_ example: Example) -> String {
    example.targetPosition.map { "#\($0)" } ?? example.target
  }

  /// One of each answer in turn, the answers in the order in which they are first drawn.
  private func balanced(_ free: [Int], _ label: (Int) -> String) -> [Int] {
    var labels = NameIndex()
    var groups: [[Int]] = []
    for record in free {
      let number = labels.number(of: label(record))
      if number == groups.count { groups.append([]) }
      groups[number].append(record)
    }
    var chosen: [Int] = []
    var round = 0
    while chosen.count < settings.shots, groups.contains(where: { $0.count > round }) {
      for group in groups where group.count > round && chosen.count < settings.shots {
        chosen.append(group[round])
      }
      round += 1
    }
    // One answer after the other in turn would be a pattern of its own.
    let turn = SeededPermutation(count: UInt64(chosen.count), key: key.part("balanced"))
    return chosen.indices.map { chosen[Int(turn[UInt64($0)])] }
  }

  private mutating func similar(_ free: [Int], to question: Example, _ template: Int) -> [Int] {
    if rankings[template] == nil {
      rankings[template] = BM25(
        pool.records.indices.map { pool.example(record: $0, template: template)?.input ?? "" })
    }
    let scores = rankings[template]?.scores(question.input) ?? []
    // Of equals the one that stands first in the pool.
    let best = free.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(settings.shots)
    return best.reversed()
  }

  private func shownTemplate(_ record: Int, _ own: Int) -> Int {
    let others = pool.templates.indices.filter { $0 != own }
    guard !others.isEmpty else { return own }
    let key = key.part("template").part(pool.templates[own])
    switch settings.exemplarTemplates {
    case .same: return own
    case .other: return others[Int(key.below(UInt64(others.count)))]
    case .mixed:
      let drawn = key.part(pool.records[record])
      return pool.templates.indices[Int(drawn.below(UInt64(pool.templates.count)))]
    }
  }
}
