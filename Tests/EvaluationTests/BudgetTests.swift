import Bytes
import Evaluation
import Foundation
import Testing

@Suite struct BudgetTests {
  /// Right answers where a draw is below the logistic function of skill plus ease.
  private static func rasch(
    _ seed: UInt64, templates: Int, records: Int
  ) -> (outcomes: [Double], means: [Double]) {
    var random = SeededGenerator(SeedKey(seed: seed).part("rasch"))
    func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + unit() } }
    let skills = (0..<templates).map { _ in 0.5 + 0.7 * normal() }
    let eases = (0..<records).map { _ in 1.5 * normal() }
    let outcomes = eases.flatMap { ease in
      skills.map { unit() < 1 / (1 + exp(-($0 + ease))) ? 1.0 : 0 }
    }
    let means = (0..<templates).map { template in
      (0..<records).reduce(0) { $0 + outcomes[$1 * templates + template] } / Double(records)
    }
    return (outcomes, means)
  }

  private static func quantileError(_ found: [Double], _ wanted: [Double]) -> Double {
    let (found, wanted) = (found.sorted(), wanted.sorted())
    let levels = SampledDistribution.levels
    return levels.reduce(0) {
      $0 + abs(quantile($1, ofSorted: found) - quantile($1, ofSorted: wanted)) / Double(levels.count)
    }
  }

  /// Of 100 templates and 100 records a tenth of the answers: quantiles from the model against the whole
  /// grid's, and against means of the same answers, which spread too far.
  @Test func aTenthOfTheAnswersTellsTheDistribution() {
    var (model, plain) = (0.0, 0.0)
    let rounds = 10
    for round in 0..<rounds {
      let grid = Self.rasch(UInt64(round), templates: 100, records: 100)
      let part = SampledDistribution.sampled(
        grid.outcomes, templates: 100, share: 0.1, key: SeedKey(seed: UInt64(round)))
      #expect(part.count { !$0.isNaN } == 1_000)
      let known = (0..<100).map { template -> Double in
        let own = (0..<100).map { part[$0 * 100 + template] }.filter { !$0.isNaN }
        return own.reduce(0, +) / Double(own.count)
      }
      model += Self.quantileError(TemplateSkill(part, templates: 100).figures(part), grid.means)
      plain += Self.quantileError(known, grid.means)
    }
    #expect(model / Double(rounds) < 0.035)
    #expect(model < plain / 2)
  }

  /// Everything asked: nothing is left to estimate.
  @Test func allAnswersAreTheFigures() {
    let grid = Self.rasch(3, templates: 12, records: 30)
    let figures = TemplateSkill(grid.outcomes, templates: 12).figures(grid.outcomes)
    for (found, wanted) in zip(figures, grid.means) { #expect(abs(found - wanted) < 1e-12) }
  }

  /// The effects are where the posterior is highest: its slope there is 0, worked out anew.
  @Test func effectsAreTheMostProbable() {
    let grid = Self.rasch(5, templates: 8, records: 20)
    let part = SampledDistribution.sampled(grid.outcomes, templates: 8, share: 0.5, key: SeedKey(seed: 1))
    let model = TemplateSkill(part, templates: 8)
    for record in 0..<20 {
      var slope = -model.eases[record] / (1.5 * 1.5)
      for template in 0..<8 where !part[record * 8 + template].isNaN {
        slope += part[record * 8 + template] - 1 / (1 + exp(-(model.skills[template] + model.eases[record])))
      }
      #expect(abs(slope) < 1e-6)
    }
    let centre = model.skills.reduce(0, +) / 8
    for template in 0..<8 {
      var slope = centre - model.skills[template]
      for record in 0..<20 where !part[record * 8 + template].isNaN {
        slope += part[record * 8 + template] - 1 / (1 + exp(-(model.skills[template] + model.eases[record])))
      }
      #expect(abs(slope) < 1e-6)
    }
  }

  /// Gaussian outcomes with known variances: 0.01 between templates, 0.2 within answers, 0.05 between records
  /// on each side; the interval of the mean gap is as wide as the budget's formula says.
  @Test func variancesAreFoundAgain() throws {
    var random = SeededGenerator(SeedKey(seed: 2).part("components"))
    func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + unit() } }
    let (ofRecords, ofAnswers) = (Double(0.05).squareRoot(), Double(0.2).squareRoot())
    var found = (templates: 0.0, answers: 0.0, records: 0.0)
    let rounds = 60
    for round in 0..<rounds {
      let effects = (0..<20).map { _ in 0.1 * normal() }
      let rows = (0..<100).map { _ -> [Double?] in
        let sides = [ofRecords * normal(), ofRecords * normal()]
        return effects.enumerated().map { place, effect in
          effect + sides[place / 10] + ofAnswers * normal()
        }
      }
      let parts = gapComponents(
        PairedGrid(rows: rows, seen: 10), settings: BootstrapSettings(resamples: 300, seed: UInt64(round)))
      found.templates += parts.templates / Double(rounds)
      found.answers += parts.answers / Double(rounds)
      found.records += parts.records / Double(rounds)
    }
    #expect(abs(found.templates - 0.01) < 0.002, "\(found)")
    #expect(abs(found.answers - 0.2) < 0.01, "\(found)")
    // Both sides' records, which differ.
    #expect(abs(found.records - 0.1) < 0.02, "\(found)")
  }
}
