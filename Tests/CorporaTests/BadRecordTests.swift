import Bytes
import Corpora
import JSON
import Records
import Testing

/// A bad record stops with a place, or is set aside and counted.
@Suite struct BadRecordTests {
  static let head = "name: x\ncluster: y\nmetric: accuracy\n"

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var file: String
    /// Format and fields.
    var description: String
    var error: String
    /// What is read when bad records are set aside.
    var lines: [String]
    /// Line, column, bytes and raw text of what is set aside.
    var quarantine: [String]
    var testDescription: String { name }
  }

  @Test(arguments: cases)
  func stops(_ one: Case) throws {
    let work = try TemporaryFolder()
    try work.write("data", one.file)
    let reading = try work.read(Self.head + "source: data\n" + one.description)
    #expect(reading.error == one.error)
    #expect(!fileExists(work.path + "/quarantine.jsonl"))
  }

  @Test(arguments: cases, [1, 3, 1 << 18])
  func isSetAside(_ one: Case, chunk: Int) throws {
    let work = try TemporaryFolder()
    try work.write("data", one.file)
    let reading = try work.read(
      Self.head + "source: data\non_bad_record: quarantine\n" + one.description, chunk: chunk)
    #expect(reading.error == nil)
    #expect(reading.lines == one.lines)
    #expect(reading.summary?.quarantined == one.quarantine.count)
    var set: [String] = []
    let parser = try JSONParser()
    try JSONLines.read(work.path + "/quarantine.jsonl") { bytes, line in
      guard case .dictionary(let entry) = try parser.parse(bytes) else { return }
      let shown = ["line", "column", "bytes", "raw"].map { entry[$0] ?? .null }
      set.append(String(JSONText.line(.list(shown)).dropLast()))
      #expect(entry["file"] == .string("data"))
    }
    #expect(set == one.quarantine)
  }

  static let cases: [Case] = [
    Case(
      name: "a missing key", file: "{\"a\":1}\n\n  {\"b\":2}\n{\"a\":3}",
      description: "format: jsonl\nfields: {a: a}\n",
      error: """
        data:3:1: error: the record has no key 'a' for the field 'a'; expected one; mend the file or set \
        'on_bad_record: quarantine'
            3 |   {"b":2}
              | ^
        """,
      lines: ["[1]", "[3]"], quarantine: [#"[3,1,9,"  {\"b\":2}"]"#]),
    Case(
      name: "malformed JSON", file: "{\"a\":1}\r\n{\"a\":}\r\n{\"a\":2}\r\n",
      description: "format: jsonl\nfields: {a: a}\n",
      error: """
        data:2:6: error: malformed JSON: expected a value, found '}'; mend the file or set \
        'on_bad_record: quarantine'
            2 | {"a":}
              |      ^
        """,
      lines: ["[1]", "[2]"], quarantine: [#"[2,6,6,"{\"a\":}"]"#]),
    Case(
      name: "an unknown label", file: "text,label\n\"a, b\",yes\nc,maybe\nd,no\n",
      description: "format: csv\nfields: {t: text, l: {from: label, map: {yes: 1, no: 0}}}\n",
      error: """
        data:3:3: error: unknown value 'maybe' for the field 'l'; 'map' has 'yes', 'no'; mend the file or set \
        'on_bad_record: quarantine'
            3 | c,maybe
              |   ^~~~~
        """,
      lines: [#"["a, b",1]"#, #"["d",0]"#], quarantine: [#"[3,3,7,"c,maybe"]"#]),
    Case(
      name: "a wrong type behind a line break", file: "t,n\n\"a\nb\",12x\n\"c\",-3\n",
      description: "format: csv\nfields: {t: t, n: {from: n, type: integer}}\n",
      error: """
        data:3:4: error: the field 'n' must be an integer, found '12x'; mend the file or set \
        'on_bad_record: quarantine'
            3 | b",12x
              |    ^~~
        """,
      lines: [#"["c",-3]"#], quarantine: [#"[3,4,9,"\"a\nb\",12x"]"#]),
    Case(
      name: "ragged rows", file: "a\tb\n1\t2\n3\n4\t5\t6\n\n7\t8",
      description: "format: tsv\nfields: {a: a, b: b}\n",
      error: """
        data:3:1: error: found 1 value in the row, expected 2 as there are columns ('a', 'b'); mend the file \
        or set 'on_bad_record: quarantine'
            3 | 3
              | ^
        """,
      lines: [#"["1","2"]"#, #"["7","8"]"#],
      quarantine: [#"[3,1,1,"3"]"#, #"[4,1,5,"4\t5\t6"]"#]),
    Case(
      name: "text behind a quote", file: "a,b\n\"x\"y,2\n3,4\n",
      description: "format: csv\nfields: {a: a, b: b}\n",
      error: """
        data:2:4: error: found text behind the closing quote; expected the separator or the end of the row (a \
        quote inside a value is doubled); mend the file or set 'on_bad_record: quarantine'
            2 | "x"y,2
              |    ^
        """,
      lines: [#"["3","4"]"#], quarantine: [#"[2,4,6,"\"x\"y,2"]"#]),
    Case(
      name: "an open quote", file: "a,b\n1,2\n3,\"4\n5,6\n",
      description: "format: csv\nfields: {a: a, b: b}\n",
      error: """
        data:3:3: error: the quote that opens this value is never closed; expected a closing '"'; mend the \
        file or set 'on_bad_record: quarantine'
            3 | 3,"4
              |   ^
        """,
      lines: [#"["1","2"]"#], quarantine: [#"[3,3,9,"3,\"4\n5,6\n"]"#]),
    Case(
      name: "a line without a match", file: "a 1\nb\nc 2\n",
      description: "format: lines\npattern: '^(?<w>\\w) (?<n>\\d)$'\nfields: {w: w, n: n}\n",
      error: """
        data:2:1: error: the line does not match the pattern ('on_no_match: skip' passes over such lines); mend the \
        file or set 'on_bad_record: quarantine'
            2 | b
              | ^
        """,
      lines: [#"["a","1"]"#, #"["c","2"]"#], quarantine: [#"[2,1,1,"b"]"#]),
    Case(
      name: "an element that is missing",
      file: "<r>\n <p><t>é</t><h>b</h></p>\n <p\n  i='1'><t>a</t></p>\n <p><t/><h>c&amp;</h></p>\n</r>",
      description: "format: xml\nrecords: /r/p\nfields: {t: t, h: h}\n",
      error: """
        data:3:2: error: the record has no element 'h' for the field 'h'; expected one; mend the file or set \
        'on_bad_record: quarantine'
            3 |  <p
              |  ^
        """,
      lines: [#"["é","b"]"#, #"["","c&"]"#], quarantine: [#"[3,2,23,"<p\n  i='1'><t>a</t></p>"]"#]),
    Case(
      name: "an unknown label in XML",
      file: "<r><p v=\"1\"><t>a</t></p><p v=\"2\"><t>b</t></p></r>",
      description: "format: xml\nrecords: //p\nfields: {v: {from: t, map: {b: B}}}\n",
      error: """
        data:1:16: error: unknown value 'a' for the field 'v'; 'map' has 'b'; mend the file or set \
        'on_bad_record: quarantine'
            1 | <r><p v="1"><t>a</t></p><p v="2"><t>b</t></p></r>
              |                ^
        """,
      lines: [#"["B"]"#], quarantine: [#"[1,16,21,"<p v=\"1\"><t>a</t></p>"]"#]),
    Case(
      name: "repeated elements", file: "<r><p><t>a</t><t>b</t></p><p><t>c</t></p></r>",
      description: "format: xml\nrecords: //p\nfields: {t: t}\n",
      error: """
        data:1:10: error: found 2 values at 't' for the field 't', expected one; set 'type: list' to take them \
        all; mend the file or set 'on_bad_record: quarantine'
            1 | <r><p><t>a</t><t>b</t></p><p><t>c</t></p></r>
              |          ^
        """,
      lines: [#"["c"]"#], quarantine: [#"[1,10,23,"<p><t>a</t><t>b</t></p>"]"#]),
    Case(
      name: "a bare ampersand", file: "<r><p>a</p>\n<p>b</p><p>c & d</p><p>e</p></r>",
      description: "format: xml\nrecords: //p\nfields: {t: text()}\n",
      error: """
        data:2:14: error: '&' begins no entity; write '&amp;'; the rest of the file is not read; mend the file \
        or set 'on_bad_record: quarantine'
            2 | <p>b</p><p>c & d</p><p>e</p></r>
              |              ^
        """,
      lines: [#"["a"]"#, #"["b"]"#],
      quarantine: [#"[2,14,24,"<p>c & d</p><p>e</p></r>"]"#]),
    Case(
      name: "an item of a wrong kind", file: "{\"d\": [{\"a\": 1}, 7,\n {\"a\": [2]}, \"x\"]}",
      description: "format: json\nrecords: /d\nfields: {a: a}\n",
      error: """
        data:1:18: error: expected an object or a list as a record, found the integer 7; mend the file or set \
        'on_bad_record: quarantine'
            1 | {"d": [{"a": 1}, 7,
              |                  ^
        """,
      lines: ["[1]", "[[2]]"], quarantine: [#"[1,18,1,"7"]"#, #"[2,14,3,"\"x\""]"#]),
    Case(
      name: "a broken array", file: "[{\"a\": 1},\n {\"a\": 2}}, {\"a\": 3}]",
      description: "format: json\nfields: {a: a}\n",
      error: """
        data:2:10: error: malformed JSON: expected ',' or ']', found '}'; the rest of the file is not read; \
        mend the file or set 'on_bad_record: quarantine'
            2 |  {"a": 2}}, {"a": 3}]
              |          ^
        """,
      lines: ["[1]", "[2]"], quarantine: [#"[2,10,0,""]"#]),
  ]
}
