import Bytes
import Evaluation
import Foundation
import Testing

/// Simulated experiments whose true gap is known: how often 95% intervals hold it.
///
/// An answer is right where a normal draw is below the sum of its side's level, an effect of the template, one
/// of the record and one of their meeting. The true gap is that of a template without effect over all records:
/// the median over templates. `PHRASEBOOK_COVERAGE=all` runs every setting; the figures stand in the
/// documentation (Arithmetic).
@Suite struct CoverageTests {
  struct Setting: Sendable, CustomStringConvertible {
    var name: String
    var seen = 9
    var unseen = 4
    var records = 50
    var tasks = 5
    var templateSpread = 0.2
    var recordSpread = 0.5
    var meetingSpread = 0.3
    /// Of a record's ease under seen templates against that under unseen ones.
    var sideSpread = 0.0
    /// The share of templates that the model answers by chance or worse.
    var failing = 0.0

    var description: String { name }
  }

  private static let main = Setting(name: "main")
  private static let others = [
    Setting(name: "few records", seen: 5, unseen: 5, records: 20),
    Setting(name: "many of all", seen: 15, unseen: 15, records: 200),
    Setting(name: "twenty tasks", records: 100, tasks: 20, recordSpread: 1, meetingSpread: 0.5),
    Setting(name: "alike templates", records: 100, tasks: 10, templateSpread: 0.05, recordSpread: 1),
    Setting(name: "unlike templates", records: 100, tasks: 10, templateSpread: 0.5, recordSpread: 1),
    Setting(name: "side effects", sideSpread: 0.3),
    Setting(name: "failing templates", unseen: 5, records: 100, tasks: 10, failing: 0.2),
    Setting(name: "one task", tasks: 1),
  ]

  private static var settings: [Setting] {
    ProcessInfo.processInfo.environment["PHRASEBOOK_COVERAGE"] == "all" ? [main] + others : [main]
  }

  @Test(arguments: settings)
  func intervalsHoldTheTruthAsOftenAsTheySay(setting: Setting) throws {
    #if DEBUG
      // Not optimised: fewer rounds, which 95% of all such tests would pass by 3 points either way.
      let (rounds, slack) = (200, 0.03)
    #else
      let (rounds, slack) = (2_000, 0.0)
    #endif
    var held = (medians: 0, means: 0)
    var widths = (medians: 0.0, means: 0.0)
    let truth = setting.truth
    for round in 0..<rounds {
      let grids = (0..<setting.tasks).map { task in
        ("task \(task)", setting.grid(seed: UInt64(round * setting.tasks + task)))
      }
      let result = try #require(
        GapBootstrap(grids, settings: BootstrapSettings(resamples: 300, seed: UInt64(round))))
      if result.gap.low <= truth.median, truth.median <= result.gap.high { held.medians += 1 }
      if result.gapOfMeans.low <= truth.mean, truth.mean <= result.gapOfMeans.high { held.means += 1 }
      widths.medians += result.gap.high - result.gap.low
      widths.means += result.gapOfMeans.high - result.gapOfMeans.low
    }
    func share(_ count: Int) -> Double { Double(count) / Double(rounds) }
    if setting.name != "main" {
      print(
        "coverage \(setting.name): medians \(share(held.medians)) (width \(widths.medians / Double(rounds))), "
          + "means \(share(held.means)) (width \(widths.means / Double(rounds)))")
      return
    }
    print("coverage \(setting.name): \(share(held.medians)) \(share(held.means)) \(widths)")
    #expect((0.93 - slack...0.97 + slack).contains(share(held.medians)))
    #expect((0.93 - slack...0.97 + slack).contains(share(held.means)))
  }
}

extension CoverageTests.Setting {
  private static let gap = 0.15

  private var scale: Double {
    (1 + recordSpread * recordSpread + meetingSpread * meetingSpread + sideSpread * sideSpread).squareRoot()
  }

  private var levels: (seen: Double, unseen: Double) {
    (0.4 * scale, (0.4 - 2.6 * Self.gap) * scale)
  }

  private func probability(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

  /// The gap of the median and of the mean template.
  var truth: (median: Double, mean: Double) {
    func mean(_ level: Double) -> Double {
      let spread = (scale * scale + templateSpread * templateSpread).squareRoot()
      return (1 - failing) * probability(level / spread) + failing * probability((level - 2) / scale)
    }
    // Where a share f of templates fails, the median is the (1/2 − f)/(1 − f) quantile of the others: for a
    // fifth, −0.31864 standard deviations.
    let shift = failing > 0 ? -0.318639363964375 * templateSpread : 0
    let (seen, unseen) = levels
    return (
      probability((seen + shift) / scale) - probability((unseen + shift) / scale), mean(seen) - mean(unseen)
    )
  }

  func grid(seed: UInt64) -> PairedGrid {
    var random = SeededGenerator(SeedKey(seed: seed).part(name))
    func unit() -> Double { (Double(random.next() >> 11) + 0.5) * 0x1p-53 }
    func normal() -> Double { (-2 * log(unit())).squareRoot() * cos(2 * .pi * unit()) }
    let templates = (0..<seen + unseen).map { column in
      (column < seen ? levels.seen : levels.unseen)
        + (unit() < failing ? -2 : templateSpread * normal())
    }
    return PairedGrid(
      rows: (0..<records).map { _ in
        let ease = recordSpread * normal()
        let sides = [sideSpread * normal(), sideSpread * normal()]
        return templates.enumerated().map { column, level in
          let noise = normal() * (1 + meetingSpread * meetingSpread).squareRoot()
          return noise < level + ease + sides[column < seen ? 0 : 1] ? 1 : 0
        }
      }, seen: seen)
  }
}
