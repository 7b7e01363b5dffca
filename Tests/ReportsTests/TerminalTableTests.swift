import Foundation
import Reports
import Testing

@Suite struct TerminalTableTests {
  private func table(width: Int, color: Bool = false) throws -> [String] {
    let folder = try SmallFolder()
    try folder.write("evaluation/results.json", SmallFolder.results)
    let results = try ResultsSummary(path: folder.path + "/evaluation/results.json")
    return TerminalTable(results, width: width, color: color).text.components(separatedBy: "\n")
  }

  /// Written by hand from the figures of `SmallFolder.results`.
  @Test func wide() throws {
    #expect(
      try table(width: 120) == [
        "task             cluster  metric           n  chance  majority  seen  [q1–q3]      unseen  [q1–q3]       gap",
        "a<b>\"&'c         nli      accuracy        24    50.0      55.0  90.0  [80.0–95.0]    60.0  [50.0–65.0]  30.0",
        "plain            words    exact_match  1,024     0.0       5.0  85.0  [75.0–90.0]    25.0  [15.0–30.0]  60.0",
        "mean of 2 tasks                                 25.0      30.0  87.5                 42.5               45.0",
        "",
        "unseen task  cluster  metric     n  chance  majority  unseen  [q1–q3]",
        "held         skill    accuracy  24    50.0      50.0    48.0  [38.0–53.0]",
        "",
        "Accuracy in %: median over templates [first–third quartile]. n: records. chance: guessing. majority: the best constant",
        "answer. gap: seen − unseen on the same records, in points; interval by 2,000 bootstrap resamples of templates and",
        "records.",
        "note: a note <with> marks",
        "",
        "seen 87.5%  unseen 42.5%  gap 45.0 points (95% interval 31.3 to 50.0, 2 tasks)",
        "",
      ])
  }

  @Test func narrow() throws {
    #expect(
      try table(width: 50).prefix(7) == [
        "task                 n  chance  seen  unseen   gap",
        "a<b>\"&'c            24    50.0  90.0    60.0  30.0",
        "plain            1,024     0.0  85.0    25.0  60.0",
        "mean of 2 tasks           25.0  87.5    42.5  45.0",
        "",
        "unseen task   n  chance  majority  unseen",
        "held         24    50.0      50.0    48.0",
      ])
  }

  @Test(arguments: [20, 30, 40, 60, 80, 100])
  func noLineIsWiderThanAsked(width: Int) throws {
    for line in try table(width: width).dropLast(3) where !line.hasPrefix("note") {
      #expect(terminalWidth(line) <= max(width, 32), "\(line)")
    }
  }

  @Test func boldOnlyWhenAsked() throws {
    #expect(!(try table(width: 80).joined().contains("\u{1B}")))
    let colored = try table(width: 80, color: true)
    #expect(colored[0].hasPrefix("\u{1B}[1mtask") && colored[0].hasSuffix("\u{1B}[0m"))
    #expect(colored.filter { $0.contains("\u{1B}") }.count == 4)
  }

  @Test func controlCharactersOfFilesDoNotReachTheTerminal() throws {
    #expect(printable("a\u{1B}[2Jb\nc\u{9B}") == "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}")
  }

  @Test(arguments: [("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("🙂", 2), ("–", 1), ("a\u{200D}b", 2)])
  func widths(text: String, width: Int) { #expect(terminalWidth(text) == width) }

  @Test(arguments: [("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("日本語", 4, "日…"), ("ab", 1, "…")])
  func shortening(text: String, width: Int, expected: String) {
    #expect(shortened(text, to: width) == expected)
  }
}
