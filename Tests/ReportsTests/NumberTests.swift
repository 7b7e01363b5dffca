import Reports
import Testing

@Suite struct NumberTests {
  /// By hand.
  @Test(arguments: [
    (0.0, 1, "0.0"), (0.04, 1, "0.0"), (-0.04, 1, "0.0"), (0.05, 1, "0.1"), (-1.25, 1, "−1.3"),
    (99.96, 1, "100.0"),
    (1234567.5, 1, "1,234,567.5"), (1234.5, 0, "1,235"), (0.005, 3, "0.005"), (12, 2, "12.00"),
    (.nan, 1, "–"),
    (.infinity, 1, "–"), (1e300, 1, "–"),
  ])
  func fixedDecimals(value: Double, decimals: Int, text: String) {
    #expect(fixed(value, decimals: decimals) == text)
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "−1,234,567"),
    (Int.min, "−9,223,372,036,854,775,808"),
  ])
  func groups(value: Int, text: String) { #expect(grouped(value) == text) }

  @Test(arguments: [
    (0.0, 1.0, 4, [0, 0.5, 1]), (0, 100, 5, [0, 20, 40, 60, 80, 100]),
    (-0.3, 0.8, 6, [-0.2, 0, 0.2, 0.4, 0.6, 0.8]),
    (1, 1, 3, [1]), (3, 9, 3, [4, 6, 8]), (0, 6.9, 4, [0, 2, 4, 6]),
  ])
  func ticksAreRound(low: Double, high: Double, count: Int, expected: [Double]) {
    let found = ticks(from: low, to: high, count: count)
    #expect(found.count == expected.count)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test(arguments: [
    (0.0, "0.00%"), (1, "100.00%"), (0.333333, "33.33%"), (0.005, "0.50%"), (-3, "0.00%"), (7, "100.00%"),
    (.nan, "0%"),
  ])
  func places(value: Double, text: String) { #expect(place(value) == text) }

  @Test(arguments: [
    ("a & b", "a &amp; b"), ("<b>\"'", "&lt;b&gt;&quot;&#39;"),
    ("a\u{0}\u{7}b\u{7F}", "a\u{FFFD}\u{FFFD}b\u{FFFD}"),
    ("line\n\ttab", "line\n\ttab"), ("é日", "é日"),
  ])
  func escaping(text: String, html: String) { #expect(escaped(text) == html) }
}

@Suite struct SignificantNumberTests {
  @Test(arguments: [
    (0.002, "0.002"), (0.00005, "5e−5"), (0.000125, "1.25e−4"), (0, "0"), (1, "1"), (0.0123456, "0.0123"),
    (12.5, "12.5"),
    (-0.5, "−0.5"), (.nan, "–"), (123_456_789, "1.23e8"), (0.00999999, "0.01"),
  ])
  func smallNumbersAreShort(_ value: Double, _ text: String) {
    #expect(significant(value) == text)
  }
}
