import Bytes
import Evaluation
import JSON
import Testing

@Suite struct StatisticsTests {
  /// `np.quantile(values, level)` on lists of 1 to 11 numbers, to the last bit.
  @Test func quantilesAreNumpys() throws {
    let cases = try Fixture.expected().required("quantiles").items()
    #expect(cases.count == 77)
    for one in cases {
      let values = try one.required("values").items().map { try $0.number() }.sorted()
      let level = try one.required("level").number()
      #expect(quantile(level, ofSorted: values) == (try one.required("quantile").number()), "\(one.way)")
    }
  }

  @Test func distributionOfNothingIsNothing() { #expect(Distribution([]) == nil) }

  /// By hand: four templates with 0.2, 0.4, 0.8, 0.9.
  @Test func distributionByHand() throws {
    let one = try #require(Distribution([0.9, 0.2, 0.8, 0.4]))
    #expect(abs(one.median - 0.6) < 1e-12)
    #expect(abs(one.mean - 0.575) < 1e-12)
    #expect(abs(one.q1 - 0.35) < 1e-12)
    #expect(abs(one.q3 - 0.825) < 1e-12)
    #expect((one.worst, one.best) == (0.2, 0.9))
  }

  @Test func constantOutcomesHaveNoSpread() throws {
    let rows = [[Double?]](repeating: [1, 1, 0], count: 7)
    let one = try #require(
      GapBootstrap([("task", PairedGrid(rows: rows, seen: 2))], settings: BootstrapSettings(seed: 1)))
    #expect((one.gap.mean, one.gap.low, one.gap.high) == (1, 1, 1))
  }

  @Test func theSeedDecidesAndNothingElse() throws {
    let grid = noisyGrid(seed: 4, seen: 6, unseen: 4, records: 20, gap: 0.2)
    func interval(_ seed: UInt64, _ name: String = "task") throws -> Estimate {
      let settings = BootstrapSettings(resamples: 200, seed: seed)
      return try #require(GapBootstrap([(name, grid)], settings: settings)).gap
    }
    #expect(try interval(1) == interval(1))
    #expect(try interval(1) != interval(2))
    #expect(try interval(1) != interval(1, "other"))
  }

  /// A wider level holds the narrower.
  @Test func levelsNest() throws {
    let grid = noisyGrid(seed: 9, seen: 8, unseen: 5, records: 30, gap: 0.3)
    let levels = try [0.5, 0.8, 0.95, 0.99].map { level in
      try #require(GapBootstrap([("t", grid)], settings: BootstrapSettings(level: level, seed: 3))).gap
    }
    for (inner, outer) in zip(levels, levels.dropFirst()) {
      #expect(outer.low < inner.low && inner.high < outer.high)
    }
  }

  /// `scipy.stats.t.ppf` and `norm.ppf`.
  @Test(arguments: [
    (0.975, 1.0, 12.706204736174694), (0.975, 2, 4.302652729749462), (0.975, 4.5, 2.6589123472044034),
    (0.95, 30, 1.697260886593957), (0.995, 7.3, 3.451031655622185), (0.9, 200, 1.2857987939948012),
    (0.975, .infinity, 1.959963984540054),
  ])
  func studentsQuantiles(level: Double, degrees: Double, quantile: Double) {
    #expect(abs(studentQuantile(level, degrees: degrees) - quantile) < 1e-8)
    #expect(abs(studentQuantile(1 - level, degrees: degrees) + quantile) < 1e-8)
  }
}

/// Outcomes of templates with normal effects of spread 0.08 on records that are easy or hard.
func noisyGrid(seed: UInt64, seen: Int, unseen: Int, records: Int, gap: Double) -> PairedGrid {
  var random = SeededGenerator(SeedKey(seed: seed).part("noisy"))
  func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }
  // Twelve uniform draws less six are nearly normal.
  func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + unit() } }
  let effects = (0..<seen + unseen).map { 0.6 - ($0 < seen ? 0 : gap) + 0.08 * normal() }
  return PairedGrid(
    rows: (0..<records).map { record in
      let ease = record.isMultiple(of: 2) ? 0.1 : -0.1
      return effects.map { unit() < $0 + ease ? 1 : 0 }
    }, seen: seen)
}
