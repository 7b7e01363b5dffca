import Bytes
import Testing

@Suite struct DiagnosticTests {
  @Test(arguments: rendered)
  func rendering(diagnostic: Diagnostic, expected: String) {
    #expect(diagnostic.description == expected)
  }

  private static func place(_ line: Int = 0, _ column: Int = 0) -> Bytes.SourceLocation {
    Bytes.SourceLocation(path: "a.yaml", line: line, column: column)
  }

  static let rendered: [(Diagnostic, String)] = [
    (Diagnostic("no place"), "error: no place"),
    (Diagnostic("a file", at: place(), severity: .warning), "a.yaml: warning: a file"),
    (Diagnostic("a line", at: place(3), severity: .note), "a.yaml:3: note: a line"),
    // The example of the design.
    (
      Diagnostic(
        "unknown format 'xm'; did you mean 'xml'?", at: place(7, 9), excerpt: "format: xm", span: 2),
      """
      a.yaml:7:9: error: unknown format 'xm'; did you mean 'xml'?
          7 | format: xm
            |         ^~
      """
    ),
    (
      Diagnostic("no column", at: place(12), excerpt: "text"),
      """
      a.yaml:12: error: no column
         12 | text
      """
    ),
    // Both lines keep their bars below each other, whatever the number's length.
    (
      Diagnostic("long numbers", at: place(12345, 2), excerpt: "abc", span: 99),
      """
      a.yaml:12345:2: error: long numbers
      12345 | abc
            |  ^~
      """
    ),
    (
      Diagnostic("longer numbers", at: place(1_234_567, 1), excerpt: "abc"),
      """
      a.yaml:1234567:1: error: longer numbers
      1234567 | abc
              | ^
      """
    ),
    // Tabs stay tabs, so that the caret stands below its character; control characters are shown as none.
    (
      Diagnostic("tabs", at: place(1, 3), excerpt: "\t\té\u{1B}[31m", span: 2),
      "a.yaml:1:3: error: tabs\n    1 | \t\té\u{FFFD}[31m\n      | \t\t^~"
    ),
    (
      Diagnostic("behind the end", at: place(1, 40), excerpt: "ab", span: 3),
      "a.yaml:1:40: error: behind the end\n    1 | ab\n      |   ^"
    ),
    (
      Diagnostic("empty", at: place(1, 1), excerpt: "", span: 0),
      "a.yaml:1:1: error: empty\n    1 | \n      | ^"
    ),
  ]

  /// A long line is cut around the caret.
  @Test func longLine() {
    let line = String(repeating: "x", count: 500) + "Y" + String(repeating: "z", count: 500)
    let text = Diagnostic("far", at: Self.place(1, 501), excerpt: line).description
    let lines = text.split(separator: "\n")
    let caret = lines[2].unicodeScalars.distance(
      from: lines[2].startIndex, to: lines[2].unicodeScalars.firstIndex(of: "^") ?? lines[2].startIndex)
    #expect(Array(lines[1].unicodeScalars)[caret] == "Y")
    #expect(lines[1].unicodeScalars.count == 8 + 160)
  }

  @Test func several() {
    let both = Diagnostics([Diagnostic("one"), Diagnostic("two", severity: .warning)])
    #expect(both.description == "error: one\nwarning: two")
  }

  /// Words of the system for its error numbers (errno-base.h: 2 ENOENT, 13 EACCES, 28 ENOSPC).
  @Test(arguments: [
    (Int32(2), "error: cannot read 'x': no such file or directory", Diagnostic.Cause.input),
    (13, "error: cannot read 'x': permission denied", .environment),
    (28, "error: cannot read 'x': no space left on device", .environment),
  ])
  func system(code: Int32, text: String, cause: Diagnostic.Cause) {
    let diagnostic = Diagnostic.system("read", "x", errno: code)
    #expect(diagnostic.description == text)
    #expect(diagnostic.cause == cause)
  }
}
