/// What is reached without reading the input.
struct Baselines: Sendable, Hashable {
  /// The mean over examples of 1 / (number of choices); 0 for generation.
  var chance: Double
  /// The mean over templates of the accuracy of the best constant answer: always the same text or always
  /// the same place among the choices, whichever is right more often on the very examples evaluated. No
  /// training is involved, so this is the most that any constant answer could reach.
  var majority: Double

  /// - Parameter outcomes: those of one task, at least one.
  init(_ outcomes: [TaskTally.Outcome]) {
    chance = mean(outcomes.map { $0.choices > 0 ? 1 / Double($0.choices) : 0 })
    var byTemplate: [Int32: [TaskTally.Outcome]] = [:]
    for outcome in outcomes { byTemplate[outcome.template, default: []].append(outcome) }
    // In the order of templates, so that the sum is the same each time.
    majority = mean(
      byTemplate.sorted { $0.key < $1.key }.map { _, outcomes in
        let texts = Self.mostFrequent(outcomes.map(\.target))
        let positions = Self.mostFrequent(outcomes.map(\.targetPosition).filter { $0 >= 0 })
        return Double(max(texts, positions)) / Double(outcomes.count)
      })
  }

  private static func mostFrequent(_ values: [Int32]) -> Int {
    var counts: [Int32: Int] = [:]
    for value in values { counts[value, default: 0] += 1 }
    return counts.values.max() ?? 0
  }
}
