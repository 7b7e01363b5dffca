#if canImport(Glibc)
  import Glibc
#endif

/// A Rasch model of right answers: the log-odds of an answer are the template's skill plus the record's ease.
///
/// From a part of the pairs of templates and records it tells every template's figure over all records, because
/// it knows which records a template met (Maia Polo et al. 2024, "Efficient multi-prompt evaluation"; Rasch
/// 1960). Both effects have a normal prior, so that a template with few answers stays near the others.
package struct TemplateSkill: Sendable {
  package let skills: [Double]
  package let eases: [Double]

  /// - Parameters:
  ///   - outcomes: row by row (a row a record, a column a template) from 0 to 1; NaN where nobody asked.
  ///   - templates: columns.
  ///   - spreads: standard deviations of the priors of skills and eases, in log-odds.
  package init(_ outcomes: [Double], templates: Int, spreads: (skill: Double, ease: Double) = (1, 1.5)) {
    let records = outcomes.count / max(1, templates)
    let known = outcomes.filter { !$0.isNaN }
    let mean = known.reduce(0.5, +) / Double(known.count + 1)
    let level = log(max(0.01, min(0.99, mean)) / (1 - max(0.01, min(0.99, mean))))
    var skills = [Double](repeating: level, count: templates)
    var eases = [Double](repeating: 0, count: records)
    var centre = level
    // Newton's steps for one side with the other fixed; the posterior is concave, so they end in its top.
    for _ in 0..<60 {
      var change = 0.0
      for template in 0..<templates {
        let step = Self.step(
          (0..<records).lazy.map { (outcomes[$0 * templates + template], eases[$0]) }, at: skills[template],
          prior: (centre, spreads.skill))
        skills[template] += step
        change = max(change, abs(step))
      }
      centre = skills.reduce(0, +) / Double(max(1, templates))
      for record in 0..<records {
        let step = Self.step(
          (0..<templates).lazy.map { (outcomes[record * templates + $0], skills[$0]) }, at: eases[record],
          prior: (0, spreads.ease))
        eases[record] += step
        change = max(change, abs(step))
      }
      if change < 1e-9 { break }
    }
    self.skills = skills
    self.eases = eases
  }

  /// Newton's step of one effect towards its most probable value.
  private static func step(
    _ answers: some Sequence<(outcome: Double, other: Double)>, at effect: Double,
    prior: (mean: Double, spread: Double)
  ) -> Double {
    let precision = 1 / (prior.spread * prior.spread)
    var (slope, curvature) = ((prior.mean - effect) * precision, precision)
    for (outcome, other) in answers where !outcome.isNaN {
      let p = 1 / (1 + exp(-(effect + other)))
      slope += outcome - p
      curvature += p * (1 - p)
    }
    return max(-2, min(2, slope / curvature))
  }

  /// Each template's figure over all records: what was asked as it was answered, the rest as it is expected.
  package func figures(_ outcomes: [Double]) -> [Double] {
    let templates = skills.count
    return skills.indices.map { template in
      let sum = eases.indices.reduce(0.0) { sum, record in
        let outcome = outcomes[record * templates + template]
        return sum + (outcome.isNaN ? 1 / (1 + exp(-(skills[template] + eases[record]))) : outcome)
      }
      return sum / Double(max(1, eases.count))
    }
  }
}
