package import Bytes
internal import Metrics

/// How well a part of an evaluation's answers tells the distribution over templates that all of them tell.
package struct SampledDistribution: Sendable {
  /// The share of the pairs of templates and records that was looked at.
  package var share: Double
  /// Answers on the mean over tasks.
  package var answers: Double
  /// Mean absolute errors of the quantiles 5%, 25%, 50%, 75%, 95% over tasks and draws: by `TemplateSkill`
  /// and by the means of what was looked at.
  package var byModel: [Double]
  package var byMeans: [Double]

  package static let levels = [0.05, 0.25, 0.5, 0.75, 0.95]
  private static let draws = 5

  /// For several shares, over the tasks whose figure is a share of right answers.
  package static func all(_ folder: EvaluatedFolder, seed: UInt64) -> [SampledDistribution] {
    let grids = folder.tasks.filter { $0.metric.isShareOfRight }.flatMap { task in
      [EvaluationCell.seenTemplates, .unseenTasks].compactMap { task.outcomes($0) }
    }.filter { $0.templates >= 4 }
    guard !grids.isEmpty else { return [] }
    let key = SeedKey(seed: seed).part("sampled pairs")
    return [0.1, 0.2, 0.4].map { share in
      var sample = SampledDistribution(
        share: share, answers: 0, byModel: levels.map { _ in 0 }, byMeans: levels.map { _ in 0 })
      for (number, grid) in grids.enumerated() {
        let truth = quantiles(means(grid.outcomes, templates: grid.templates))
        for draw in 0..<draws {
          let part = sampled(
            grid.outcomes, templates: grid.templates, share: share,
            key: key.part(UInt64(number)).part(UInt64(draw)))
          let model = TemplateSkill(part, templates: grid.templates)
          let errors = zip(quantiles(model.figures(part)), truth).map { abs($0 - $1) }
          let plain = zip(quantiles(means(part, templates: grid.templates)), truth).map { abs($0 - $1) }
          let weight = 1 / Double(grids.count * draws)
          sample.answers += weight * Double(part.count { !$0.isNaN })
          for place in levels.indices {
            sample.byModel[place] += weight * errors[place]
            sample.byMeans[place] += weight * plain[place]
          }
        }
      }
      return sample
    }
  }

  /// Keeps so large a share of the outcomes: of every template equally many, of every record as equally many
  /// as that allows.
  package static func sampled(
    _ outcomes: [Double], templates: Int, share: Double, key: SeedKey
  ) -> [Double] {
    let records = outcomes.count / max(1, templates)
    guard records > 0 else { return outcomes }
    let each = max(1, min(records, Int((share * Double(records)).rounded())))
    let order = SeededPermutation(count: UInt64(records), key: key)
    var kept = [Double](repeating: .nan, count: outcomes.count)
    var next = 0
    // Each template takes the next records of one shuffled round; rounds shift so that pairs differ.
    for template in 0..<templates {
      for _ in 0..<each {
        let record = Int(order[UInt64(next % records)])
        kept[record * templates + template] = outcomes[record * templates + template]
        next += 1
      }
    }
    return kept
  }

  private static func quantiles(_ figures: [Double]) -> [Double] {
    let sorted = figures.sorted()
    return levels.map { quantile($0, ofSorted: sorted) }
  }

  private static func means(_ outcomes: [Double], templates: Int) -> [Double] {
    (0..<templates).map { template in
      let known = stride(from: template, to: outcomes.count, by: templates).map { outcomes[$0] }
        .filter { !$0.isNaN }
      return known.isEmpty ? 0 : mean(known)
    }
  }
}

extension EvaluatedFolder.Task {
  /// A cell's outcomes row by row (a row a record), NaN where there is none.
  fileprivate func outcomes(_ cell: EvaluationCell) -> (outcomes: [Double], templates: Int)? {
    guard let templates = answers[cell], !templates.isEmpty else { return nil }
    let records = Set(templates.flatMap(\.contributions.keys)).sorted()
    return (
      records.flatMap { record in templates.map { $0.contributions[record]?.first ?? .nan } }, templates.count
    )
  }
}
