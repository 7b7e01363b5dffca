internal import Metrics

/// What is reached without reading the input, on the task's metric.
struct Baselines: Sendable, Hashable {
  /// The mean over examples of 1 / (number of choices); 0 for generation and for correlations.
  var chance: Double
  /// The mean over templates of the figure of the best constant answer: always the same text or always the
  /// same place among the choices, whichever is right more often on the very examples evaluated. No training
  /// is involved, so for the share of right answers this is the most that any constant answer could reach;
  /// on other metrics it is what the most frequent target reaches.
  var majority: Double

  /// - Parameter outcomes: those of one task, at least one.
  init(_ outcomes: [TaskTally.Outcome], _ tally: TaskTally) {
    let isCorrelation = tally.metric.lowest < 0
    chance = isCorrelation ? 0 : mean(outcomes.map { $0.choices > 0 ? 1 / Double($0.choices) : 0 })
    var byTemplate: [Int32: [TaskTally.Outcome]] = [:]
    for outcome in outcomes { byTemplate[outcome.template, default: []].append(outcome) }
    // In the order of templates, so that the sum is the same each time.
    majority = mean(
      byTemplate.sorted { $0.key < $1.key }.map { _, outcomes in
        tally.metric.isShareOfRight ? Self.mostRight(outcomes) : Self.figure(outcomes, tally)
      })
  }

  private static func mostRight(_ outcomes: [TaskTally.Outcome]) -> Double {
    let texts = mostFrequent(outcomes.map(\.target)).count
    let positions = mostFrequent(outcomes.map(\.targetPosition).filter { $0 >= 0 }).count
    return Double(max(texts, positions)) / Double(outcomes.count)
  }

  private static func figure(_ outcomes: [TaskTally.Outcome], _ tally: TaskTally) -> Double {
    let constant = tally.targets.names[Int(mostFrequent(outcomes.map(\.target)).value)]
    var classes = ClassNames()
    var table = EvidenceTable(tally.metric)
    for outcome in outcomes {
      let target = tally.targets.names[Int(outcome.target)]
      table.add(
        tally.metric.evidence(
          constant, targets: [target], isRight: isExactMatch(constant, [target]), classes: &classes))
    }
    return table.figure() ?? 0
  }

  /// The lowest of the most frequent values, and how often it occurs.
  private static func mostFrequent(_ values: [Int32]) -> (value: Int32, count: Int) {
    var counts: [Int32: Int] = [:]
    for value in values { counts[value, default: 0] += 1 }
    let best = counts.min { ($1.value, $0.key) < ($0.value, $1.key) }
    return (best?.key ?? 0, best?.value ?? 0)
  }
}
