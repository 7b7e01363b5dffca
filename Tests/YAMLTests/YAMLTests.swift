import Bytes
import Testing
import YAML

@Suite struct YAMLTests {
  @Test func readsScalarsSequencesAndMappingsWithPlaces() throws {
    let root = try YAMLDocument.parse("name: rte\nfields:\n  - 'a b'\n  - \"c\\n\"\n", path: "x.yaml")
    guard case .mapping(let pairs) = root.kind, case .sequence(let items) = pairs[1].value.kind else {
      Issue.record("expected a mapping with a list")
      return
    }
    #expect(pairs[0].value.text == "rte")
    #expect(items.map(\.text) == ["a b", "c\n"])
    #expect(items[1].location == SourceLocation(path: "x.yaml", line: 4, column: 5))
    #expect(items[0].range == 22..<27)
  }

  @Test func keepsTagsAndBlockScalars() throws {
    let root = try YAMLDocument.parse("t: !Template\n  jinja: |-\n    a\n    b\n")
    guard case .mapping(let pairs) = root.kind else { return }
    #expect(pairs[0].value.tag == "!Template")
    guard case .mapping(let inner) = pairs[0].value.kind else { return }
    #expect(inner[0].value.text == "a\nb")
  }

  @Test(arguments: [
    (
      "a: 1\n\tb: 2\n", "x:2:1: error: malformed YAML: found a tab character that violates indentation",
      "use blanks"
    ),
    ("a: 1\na: 2\n", "x:2:1: error: the key 'a' stands here again (first at line 1); keep one", "2 | a: 2"),
    ("a: *b\n", "x:1:4: error: unknown alias '*b'", "^"),
    ("a: [1, 2\n", "x:2:1: error: malformed YAML", "flow sequence"),
    ("", "x: error: the file is empty; expected a YAML document", ""),
    ("a: 1\n---\nb: 2\n", "x:2:1: error: a second YAML document begins here", "---"),
  ])
  func refuses(text: String, start: String, contains: String) {
    #expect {
      _ = try YAMLDocument.parse(text, path: "x")
    } throws: { error in
      let message = "\(error)"
      return message.hasPrefix(start) && (contains.isEmpty || message.contains(contains))
    }
  }

  @Test func refusesAliasBombs() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...8 {
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(throws: Diagnostic.self) { try YAMLDocument.parse(text) }
  }

  @Test func refusesAbsurdNesting() {
    let text = String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000)
    #expect(throws: Diagnostic.self) { try YAMLDocument.parse(text) }
  }

  @Test func refusesBytesThatAreNoText() {
    #expect(throws: Diagnostic.self) {
      try YAMLDocument.parse(bytes: [0x61, 0x3A, 0x20, 0xFF, 0xFE], path: "x")
    }
  }

  @Test func tellsEveryWrongKeyAtOnce() throws {
    let root = try YAMLDocument.parse("formt: xml\ntotal: many\nseed: 3\nflag: yes\n", path: "c.yaml")
    let problems = ProblemList()
    var fields = try #require(YAMLFields(root, "a corpus", problems))
    _ = fields.string("format")
    #expect(fields.integer("total", in: 1...10) == nil)
    #expect(fields.integer("seed", in: 0...10) == 3)
    #expect(fields.boolean("flag") == nil)
    fields.finish()
    #expect(
      problems.list.map(\.description) == [
        """
        c.yaml:2:8: error: 'total' must be a whole number from 1 to 10, found 'many'
            2 | total: many
              |        ^~~~
        """,
        """
        c.yaml:4:7: error: 'flag' must be true or false, found 'yes'
            4 | flag: yes
              |       ^~~
        """,
        """
        c.yaml:1:1: error: unknown key 'formt'; did you mean 'format'?
            1 | formt: xml
              | ^~~~~
        """,
      ])
  }
}
