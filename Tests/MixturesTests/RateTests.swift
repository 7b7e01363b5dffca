import Bytes
import Glibc
import Mixtures
import Testing

/// The tasks that T5 was trained on together, with their published training sizes.
private let sizes = [
  8551, 67349, 3668, 5749, 363849, 392702, 104743, 2490, 9427, 250, 400, 27243, 100730, 5428, 554, 287113,
  87599, 4_548_885, 40_836_715, 610320,
]

private func rates(
  _ sizes: [Int], scales: [Double] = [], rule: RateRule = .proportional, cap: Int? = nil,
  temperature: Double = 1
) throws -> [Double] {
  let tasks = sizes.indices.map {
    RateInput(name: "task\($0)", records: sizes[$0], scale: $0 < scales.count ? scales[$0] : 1)
  }
  return try ExactShares(rateWeights(tasks, rule: rule, cap: cap, temperature: temperature)).rates
}

struct RateTests {
  /// Against the C library's `pow`, in seqio's order: scale, cap, temperature.
  @Test(arguments: [16, 17, 18, 19, 20, 21], [1.0, 2, 4, 8, 3, 1.7])
  func tableOfT5(power: Int, temperature: Double) throws {
    let cap = 1 << power
    let weights = sizes.map { Glibc.pow(min(Double($0), Double(cap)), 1 / temperature) }
    let sum = weights.reduce(0, +)
    let ours = try rates(sizes, cap: cap, temperature: temperature)
    for (rate, weight) in zip(ours, weights) { #expect(abs(rate - weight / sum) < 1e-12) }
  }

  /// CoLA, CB and WMT En–Fr, computed by Python's `decimal` with 60 digits.
  @Test(arguments: [
    (1 << 16, 1.0, [0.01189092223829124, 0.00034764712426299, 0.09113360774279675]),
    (1 << 19, 2, [0.01592044460361310, 0.00272217939935638, 0.12466131320648509]),
    (1 << 21, 4, [0.02970957940372048, 0.01228505992150415, 0.11757087603744574]),
    (1 << 17, 8, [0.04413624898605223, 0.02838153031988097, 0.06208433711223757]),
    (1 << 18, 3, [0.02837092099705501, 0.00874006109539145, 0.08879348593338059]),
  ]) func figuresOfDecimalArithmetic(cap: Int, temperature: Double, expected: [Double]) throws {
    let ours = try rates(sizes, cap: cap, temperature: temperature)
    for (place, value) in zip([0, 9, 18], expected) { #expect(abs(ours[place] - value) < 1e-15) }
  }

  @Test func rootsAgreeWithTheLibrary() {
    for number in 0..<20_000 {
      var dice = Dice("roots", number)
      let x = Glibc.exp(dice.unit() * 60 - 20)
      let temperature = Glibc.exp(dice.unit() * 6 - 1)
      let expected = Glibc.pow(x, 1 / temperature)
      let root = temperatureRoot(x, temperature: temperature)
      #expect(abs(root - expected) <= 2e-14 * expected, "\(x) \(temperature)")
    }
    #expect(temperatureRoot(0, temperature: 3) == 0)
    #expect(temperatureRoot(16, temperature: 4) == 2)
    #expect(temperatureRoot(1e300, temperature: 0.5) == .infinity)
    #expect(temperatureRoot(7, temperature: 1) == 7)
  }

  @Test func scaleComesBeforeTheCap() throws {
    // min(100·3, 200) : min(50·1, 200) = 200 : 50.
    #expect(try rates([100, 50], scales: [3], cap: 200) == [0.8, 0.2])
    #expect(try rates([100, 50], scales: [0.5]) == [0.5, 0.5])
  }

  @Test func otherRulesTakeNoHeedOfSizes() throws {
    #expect(try rates([1, 1000], rule: .equal, cap: 10, temperature: 2) == [0.5, 0.5])
    #expect(try rates([1, 1000], rule: .weights(["task0": 3, "task1": 1]), temperature: 2) == [0.75, 0.25])
    #expect(try rates([9, 9], scales: [3, 1], rule: .equal) == [0.75, 0.25])
  }

  @Test(
    arguments: [
      (
        RateRule.proportional, 0, 1.0,
        "the cap K is 0; expected at least 1 record, or leave it out for no cap"
      ),
      (.proportional, nil, 0, "the temperature T is 0.0; expected a number above 0 (1 changes nothing)"),
      (.proportional, nil, .nan, "the temperature T is nan; expected a number above 0 (1 changes nothing)"),
      (
        .proportional, nil, 0.001,
        "the weight of task 'task0' is beyond any number; lower its scale or raise T"
      ),
      (
        .weights([:]), nil, 1,
        "the task 'task0' has no weight; give it one, or leave it out of the recipe's tasks"
      ),
      (
        .weights(["task0": -1]), nil, 1,
        "the weight of task 'task0' is -1.0; expected a number above 0; to train without it, leave it out of "
          + "the recipe's tasks"
      ),
    ] as [(RateRule, Int?, Double, String)]) func badSettingsAreRefused(
      rule: RateRule, cap: Int?, temperature: Double, message: String
    )
  {
    #expect(throws: Diagnostics(Diagnostic(message))) {
      try rates([1000], rule: rule, cap: cap, temperature: temperature)
    }
  }
}
