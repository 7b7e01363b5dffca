import Bytes
import Patterns
import Testing

/// Expectations printed by CPython 3.11's `re`.
@Suite struct PatternTests {
  private static func replaced(
    _ pattern: String, _ replacement: String, _ text: String, _ limit: Int = 0
  ) throws -> String {
    var buffer = ByteBuffer()
    let pattern = try Pattern(pattern)
    try Array(text.utf8).withUnsafeBytes {
      try pattern.replace(in: $0, with: replacement, limit: limit, into: &buffer)
    }
    return buffer.text
  }

  @Test(arguments: [
    ("a+", "x", "caaat a", 0, "cxt x"),
    ("a*", "-", "baac", 0, "-b--c-"),
    ("x*", "-", "abxd", 0, "-a-b--d-"),
    ("(?P<first>\\w+) (\\w+)", "\\2 \\g<first>", "hello wörld", 0, "wörld hello"),
    ("(a)|(b)", "[\\1\\2]", "abc", 0, "[a][b]c"),
    ("\\s+", " ", "a\u{A0}\u{85}\u{1C}b", 0, "a b"),
    ("\\d", "#", "1٣x", 0, "##x"),
    ("a", "b", "aaaa", 2, "bbaa"),
    ("\\Z", "!", "a\n", 0, "a\n!"),
    ("$", "!", "a\n", 0, "a!\n!"),
    ("[[a]", "x", "[a]", 0, "xx]"),
    ("[]a]", "x", "[a]", 0, "[xx"),
    ("b{,2}c", "x", "bbbc", 0, "bx"),
    ("\\u00e9", "e", "é", 0, "e"),
    ("(?i)É", "e", "éÉ", 0, "ee"),
    ("(?iu)k", "x", "K", 0, "x"),
    ("b", "\\n\\t\\\\\\.", "abc", 0, "a\n\t\\\\.c"),
    ("\\[.*?\\]", "", "a [b] c [d]", 0, "a  c "),
  ])
  func replaces(_ pattern: String, _ by: String, _ text: String, _ limit: Int, _ expected: String) throws {
    #expect(try Self.replaced(pattern, by, text, limit) == expected)
  }

  @Test func givesGroupsAndNames() throws {
    let pattern = try Pattern("(?P<key>\\w+)=(?:(?P<number>\\d+)|(\\w+))")
    #expect(pattern.names.map(\.name) == ["key", "number"])
    #expect(pattern.names.map(\.index) == [1, 2])
    let groups = try Array("?? é=b".utf8).withUnsafeBytes { try pattern.firstMatch(in: $0) }
    #expect(groups == [3..<7, 3..<5, nil, 6..<7])
    let none = try Array("??".utf8).withUnsafeBytes { try pattern.firstMatch(in: $0) }
    #expect(none == nil)
  }

  @Test(arguments: [
    ("a(b", "error: malformed pattern 'a(b': missing closing parenthesis at character 4"),
    ("é[a", "error: malformed pattern 'é[a': missing terminating ] for character class at character 4"),
    ("\\h", "error: malformed pattern '\\h': bad escape \\h at character 1"),
    ("*a", "error: malformed pattern '*a': quantifier does not follow a repeatable item at character 1"),
  ])
  func tellsWhatIsWrong(_ source: String, _ message: String) {
    let error = #expect(throws: Diagnostic.self) { try Pattern(source) }
    #expect(error?.description == message)
  }

  @Test(arguments: ["\\2", "\\g<x>", "\\g<1", "\\q"])
  func refusesReplacement(_ text: String) {
    #expect(throws: Diagnostic.self) { try Self.replaced("(a)", text, "a") }
  }

  @Test(arguments: ["(a+)+$", "(a|aa)+$", "(.*a){20}$"])
  func hostilePatternEnds(_ source: String) {
    let text = String(repeating: "a", count: 200) + "b"
    let start = ContinuousClock.now
    _ = try? Self.replaced(source, "", text)
    #expect(ContinuousClock.now - start < .seconds(5))
  }
}
