import Metrics
import Testing

/// Weighted figures equal those of tables in which rows stand as often as their weights say.
@Suite struct EvidenceTests {
  private static let answers = [
    ("the cat sat on the mat", "a cat sat on the mat", "3"), ("dogs", "the dogs ran home at night", "2.5"),
    ("no", "no", "4"), ("", "yes", "x"), ("yes and yes and yes", "yes, yes", "3"),
    ("four five six seven eight", "five six seven eight nine", "1"),
  ]

  @Test(arguments: Metric.allCases)
  func weightsAreRepetitions(metric: Metric) throws {
    var classes = ClassNames()
    let weights: [Double] = [2, 0, 1, 3, 1, 1]
    var table = EvidenceTable(metric)
    var repeated = EvidenceTable(metric)
    let isNumber = metric == .pearson || metric == .spearman
    for (place, (answer, target, number)) in Self.answers.enumerated() {
      let evidence = metric.evidence(
        isNumber ? number : answer, targets: [isNumber ? "\(place % 4)" : target], isRight: answer == target,
        classes: &classes)
      #expect(evidence.count == metric.evidenceWidth)
      table.add(evidence)
      for _ in 0..<Int(weights[place]) { repeated.add(evidence) }
    }
    let (found, wanted) = (try #require(table.figure(weights: weights)), try #require(repeated.figure()))
    #expect(abs(found - wanted) < 1e-12)
    #expect(found != table.figure())
    #expect(table.figure(weights: [0, 0, 0, 0, 0, 0]) == nil)
    #expect(EvidenceTable(metric).figure() == nil)
  }

  /// By hand: three readable answers of four; the fourth counts as the readable ones' mean, 2.
  @Test func unreadableAnswersLowerACorrelation() {
    let found = Correlation.pearson([1, 2, 3, 4], [1, 2, 3, .nan])
    // Sums of squares 5 and 2; of products (−1.5)(−1) + (0.5)(1) = 2.
    #expect(abs(found - 2 / (5.0 * 2).squareRoot()) < 1e-12)
  }

  @Test func constantSidesCorrelateWithNothing() {
    #expect(Correlation.pearson([1, 1, 1], [1, 2, 3]) == 0)
    #expect(Correlation.spearman([.nan, .nan], [1, 2]) == 0)
    var counts = ClassCounts(classes: 2)
    counts.add(wanted: 0, answered: 0)
    #expect(counts.mcc == 0)
    #expect(counts.macroF1 == 1)
  }

  /// Lengths around the 64 scalars of a block, against the textbook's table.
  @Test func longTextsAgainstTheTable() {
    let letters = Array("abcé")
    for length in [0, 1, 63, 64, 65, 127, 128, 129, 200] {
      let one = String((0..<length).map { letters[($0 * $0 + $0 / 3) % 4] })
      let other = String((0..<length + 7).map { letters[($0 * 7 + $0 / 5) % 4] })
      #expect(editDistance(one, other) == table(Array(one), Array(other)))
      #expect(editDistance(other, one) == table(Array(one), Array(other)))
    }
  }

  private func table(_ one: [Character], _ other: [Character]) -> Int {
    var row = Array(0...other.count)
    for (i, a) in one.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in other.enumerated() {
        let next = min(row[j + 1] + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[other.count]
  }

  @Test func confidenceIsTheHighestProbability() throws {
    let found = try #require(CalibrationError.confidence([-1000, -1000, -1000, -1000]))
    #expect(abs(found - 0.25) < 1e-12)
    #expect(CalibrationError.confidence([]) == nil)
    #expect(CalibrationError.confidence([-.infinity]) == nil)
  }
}
