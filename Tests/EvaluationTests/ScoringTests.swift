import Evaluation
import Testing

@Suite struct ScoringTests {
  /// By hand: sums, sums by characters, sums by UTF-8 bytes.
  @Test(arguments: [
    ([-1.0, -2.0], ["a", "b"], [0, 0, 0]),
    // A tie goes to the first.
    ([-2.0, -2.0, -1.0, -1.0], ["a", "b", "c", "d"], [2, 2, 2]),
    // −3 over 6 characters beats −2 over 1.
    ([-2.0, -3.0], ["a", "banana"], [0, 1, 1]),
    // é: one character, two bytes. By character: −1.0 and −1.1; by byte: −0.5 and −1.1; by sum −2.2 is last.
    ([-1.0, -2.2], ["é", "ab"], [0, 0, 0]),
    ([-2.0, -2.2], ["éé", "ab"], [0, 0, 0]),
    ([-2.4, -2.2], ["éé", "ab"], [1, 1, 0]),
    // An empty choice is one long.
    ([-1.0, -1.5], ["", "ab"], [0, 1, 1]),
    ([-Double.infinity, -9.0], ["a", "b"], [1, 1, 1]),
    ([-Double.infinity, -Double.infinity], ["a", "b"], [0, 0, 0]),
  ])
  func ranking(logLikelihoods: [Double], choices: [String], expected: [Int]) {
    let found = RankClassification(logLikelihoods: logLikelihoods, choices: choices)
    #expect([found.best, found.bestByCharacters, found.bestByBytes] == expected)
  }

  @Test(arguments: [
    (-1.23456, -1.2346), (-1.00004, -1.0), (-0.00001, 0), (-0.00025, -0.0002), (-0.00075, -0.0008),
    (-12345.678901, -12345.6789),
  ])
  func logLikelihoodsToFourDecimals(value: Double, rounded: Double) {
    #expect(roundedLogLikelihood(value) == rounded)
    #expect(roundedLogLikelihood(value).sign == (rounded == 0 ? .plus : .minus))
  }

  @Test(arguments: [
    ("yes", ["yes"], true), (" yes\n", ["yes"], true), ("yes", ["\tyes "], true), ("Yes", ["yes"], false),
    ("yes.", ["yes"], false), ("b", ["a", "b"], true), ("", [""], true), (" ", [""], true),
    ("", ["a"], false),
    ("a b", ["a  b"], false),
    // One é in one scalar and in two: different bytes, different answers.
    ("\u{E9}", ["e\u{301}"], false),
    // A no-break space is text.
    ("\u{A0}a", ["a"], false),
  ])
  func exactMatch(answer: String, targets: [String], matches: Bool) {
    #expect(isExactMatch(answer, targets) == matches)
  }
}
