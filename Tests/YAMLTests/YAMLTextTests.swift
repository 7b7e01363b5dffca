import Bytes
import Testing
import YAML

/// What is written must read back as the same bytes; the reader is libyaml.
@Suite struct YAMLTextTests {
  static let texts = [
    "", " ", "\n", "\n\n", "a", "a b", "a: b", "- a", "# a", "'a'", "\"a\"", "a\\b", "null", "Yes", "1",
    "1.5",
    "0x1F", "~", "é", "{{ x }}", "*a", "&a", "!a", "%a", "@a", "a #b", "a ", " a", "a\nb", "a\nb\n",
    "a\nb\n\n",
    "\na", "\n\na\n", " a\nb", "a\n b\n  c", "a\n\nb", "a \nb\t\n", "\ta\nb", "a\n\n \n", "  \n\na", "a\r\nb",
    "a\u{85}b\nc", "a\u{2028}b\nc", "a\u{0}b", "a\u{7F}\nb", "a\u{FEFF}b\nc", "👍\n😀", "---\n...\n",
    "a\n---\nb",
    "|\n>", "a:\n- b", "\u{A0}", "\u{A0}\nx", "e\u{301}",
  ]

  @Test(arguments: texts) func readsBackAsWritten(_ text: String) throws {
    for indent in [0, 4] {
      var buffer = ByteBuffer()
      if indent > 0 { buffer.append("outer:\n" as StaticString) }
      buffer.append(String(repeating: " ", count: indent) + "key: ")
      YAMLText.append(text, to: &buffer, indent: indent)
      buffer.append("\n" + String(repeating: " ", count: indent) + "after: x\n")
      var node = try YAMLDocument.parse(buffer.text)
      if indent > 0, case .mapping(let pairs) = node.kind { node = pairs[0].value }
      guard case .mapping(let pairs) = node.kind else {
        Issue.record("no mapping:\n\(buffer.text)")
        return
      }
      let read = try #require(pairs[0].value.text)
      #expect(read.utf8.elementsEqual(text.utf8), "\(buffer.text)")
      #expect(!pairs[0].value.isNull)
      #expect(pairs.map(\.key.text) == ["key", "after"])
    }
  }

  @Test func theLastOfRepeatedKeysWinsWhereAskedFor() throws {
    let bytes = Array("a: 1\nb: 2\na: {c: 3}\n".utf8)
    let node = try YAMLDocument.parse(bytes: bytes, path: "x", repeatedKeys: .lastWins)
    guard case .mapping(let pairs) = node.kind else { return }
    #expect(pairs.map(\.key.text) == ["a", "b"])
    #expect(pairs[0].value.description == "a mapping")
  }
}
