import Bytes
import Compression
import Corpora
import Records
import Testing

/// Formats in the forms that people's files have; what is expected was worked out by hand.
@Suite struct DialectTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var file: [UInt8]
    var description: String
    var lines: [String]
    var skipped = 0
    var testDescription: String { name }

    init(_ name: String, _ file: [UInt8], _ description: String, _ lines: [String], skipped: Int = 0) {
      (self.name, self.file, self.description, self.lines, self.skipped) = (
        name, file, description, lines, skipped
      )
    }

    init(_ name: String, _ file: String, _ description: String, _ lines: [String], skipped: Int = 0) {
      self.init(name, Array(file.utf8), description, lines, skipped: skipped)
    }
  }

  @Test(arguments: cases, [1, 2, 5, 1 << 18])
  func reads(_ one: Case, chunk: Int) throws {
    let work = try TemporaryFolder()
    try work.write("data", one.file)
    let reading = try work.read(
      BadRecordTests.head + "source: data\n" + one.description, chunk: chunk)
    #expect(reading.error == nil)
    #expect(reading.lines == one.lines)
    #expect(reading.summary?.skipped == one.skipped)
  }

  /// The same file compressed, by its content and not by its name.
  @Test(arguments: cases.prefix(8), Compression.allCases)
  func readsCompressed(_ one: Case, _ compression: Compression) throws {
    let work = try TemporaryFolder()
    var file = try CompressedFile(path: work.path + "/data", compression: compression)
    try one.file.withUnsafeBytes { try file.write($0) }
    let packed = try file.commit()
    for chunk in [1, 1 << 18] {
      let reading = try work.read(
        BadRecordTests.head + "source: data\n" + one.description, chunk: chunk)
      #expect(reading.error == nil)
      #expect(reading.lines == one.lines)
      #expect(reading.summary?.inputs.map(\.bytes) == [packed.bytes])
      #expect(reading.summary?.inputs.map(\.sha256) == [packed.sha256])
    }
  }

  private static let ab = "fields: {a: a, b: b}\n"
  static let cases: [Case] = [
    Case(
      "semicolons and apostrophes", "a;b\n'x;y';'it''s'\n1;2,3\n",
      "format: csv\nseparator: ';'\nquote: \"'\"\n" + ab, [#"["x;y","it's"]"#, #"["1","2,3"]"#]),
    Case(
      "escapes", "a,b\n1\\,5,\"say \\\"no\\\"\"\n\"x\\\\\",y\\\nz\n",
      "format: csv\nescape: '\\'\n" + ab, [#"["1,5","say \"no\""]"#, #"["x\\","y\nz"]"#]),
    Case(
      "comments", "# made by hand\na,b\n1,2\n#3,4\n\"#5\",6\n7,#8\n",
      "format: csv\ncomment: '#'\n" + ab, [#"["1","2"]"#, ##"["#5","6"]"##, ##"["7","#8"]"##], skipped: 2),
    Case(
      "a comment with quotes and separators", "a,b\n#\"x,\n1,2\n#", "format: csv\ncomment: '#'\n" + ab,
      [#"["1","2"]"#], skipped: 2),
    Case(
      "pipes without a header", "1|2\n3|4", "format: csv\nseparator: '|'\ncolumns: [a, b]\n" + ab,
      [
        #"["1","2"]"#, #"["3","4"]"#,
      ]),
    Case(
      "a byte order mark, carriage returns, a quoted header", "\u{FEFF}\"a\",b\r\n\"1\r\n2\",3\r\n\r\n",
      "format: csv\n" + ab, [#"["1\r\n2","3"]"#]),
    Case(
      "comment lines", "; no\nx\n\n;\ny\n", "format: lines\ncomment: ;\nfields: {t: line}\n",
      [
        #"["x"]"#, #"["y"]"#,
      ], skipped: 3),
    Case(
      "columns of JSON", "{\"d\": {\"a\": [1, 2], \"b\": [\"x\", null], \"c\": []}}",
      "format: json\nlayout: columns\nrecords: /d\n" + ab, [#"[1,"x"]"#, "[2,null]"]),
    Case(
      "every item of a list", "{\"o\":[{\"t\":\"x\",\"l\":\"A\"},{\"t\":\"y\",\"l\":\"B\"}],\"k\":\"B\"}\n",
      "format: jsonl\nfields: {t: /o/*/t, z: {zip: {text: /o/*/t, label: /o/*/l}}}\n",
      [#"[["x","y"],[{"text":"x","label":"A"},{"text":"y","label":"B"}]]"#]),
    Case(
      "latin-1", [0x63, 0xE9, 0x0A, 0x80, 0x0A], "format: lines\nencoding: ISO-8859-1\nfields: {t: line}\n",
      [
        "[\"cé\"]", "[\"\u{80}\"]",
      ]),
    Case(
      "windows-1252", [0x80, 0x93, 0xE9], "format: lines\nencoding: cp1252\nfields: {t: line}\n",
      ["[\"€“é\"]"]),
    Case(
      "UTF-16 by its mark", [0xFF, 0xFE, 0x61, 0, 0x3D, 0xD8, 0x00, 0xDE, 0x0A, 0, 0xE9, 0],
      "format: lines\nfields: {t: line}\n", ["[\"a😀\"]", "[\"é\"]"]),
    Case(
      "UTF-16 of the other order", [0xFE, 0xFF, 0, 0x61, 0xD8, 0x3D, 0xDE, 0x00],
      "format: lines\nfields: {t: line}\n", ["[\"a😀\"]"]),
    Case(
      "UTF-16 by name", [0x61, 0, 0xE9, 0], "format: lines\nencoding: utf-16\nfields: {t: line}\n",
      ["[\"aé\"]"]),
    // As Python's `bytes.decode('utf-8', errors='replace')` gives it.
    Case(
      "invalid UTF-8 replaced",
      [0x61, 0xFF, 0x62, 0xE2, 0x82, 0x63, 0xF0, 0x9F, 0xC3, 0xA9, 0xC0, 0xAF, 0xED, 0xA0, 0x80, 0x0A, 0xE2],
      "format: lines\ninvalid_utf8: replace\nfields: {t: line}\n",
      ["[\"a\u{FFFD}b\u{FFFD}c\u{FFFD}é\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\"]", "[\"\u{FFFD}\"]"]),
    Case(
      "markup", "<r><p>a<b>c</b> &amp;</p><p/><p></p></r>",
      "format: xml\nrecords: //p\nfields: {m: markup(), t: .}\n",
      [#"["a<b>c</b> &amp;","ac &"]"#, #"["",""]"#, #"["",""]"#]),
    Case(
      "markup of a child, repeated", "<r><p><t>a<i/></t><t k='>'>b</t></p></r>",
      "format: xml\nrecords: //p\nfields: {m: {from: t/markup(), type: list}}\n", [#"[["a<i/>","b"]]"#]),
    Case(
      "XML in UTF-16", Array("<r><p>é</p></r>".utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] },
      "format: xml\nrecords: //p\nfields: {t: .}\n", ["[\"é\"]"]),
  ]

  @Test func fieldsOfSeveralColumns() throws {
    let work = try TemporaryFolder()
    try work.write("data", "a,b,n\nx,y,#### 1\n,z,text\n")
    let reading = try work.read(
      BadRecordTests.head + """
        source: data
        format: csv
        fields:
          both: {list: [a, b]}
          text: {join: [a, b], with: "-"}
          spaced: {join: [b, a]}
          number: {from: n, extract: '#### (\\d+)', default: -1, type: integer}
        """)
    #expect(
      reading.lines == [#"[["x","y"],"x-y","y x",1]"#, #"[["","z"],"-z","z ",-1]"#], "\(reading)")
  }

  @Test func defaultsStandForWhatIsMissingOrNull() throws {
    let work = try TemporaryFolder()
    try work.write("data", "{\"a\":1}\n{\"a\":null}\n{}\n")
    let head = BadRecordTests.head + "source: data\nformat: jsonl\non_bad_record: quarantine\n"
    #expect(try work.read(head + "fields: {a: {from: a, default: 7}}\n").lines == ["[1]", "[7]", "[7]"])
    #expect(
      try work.read(head + "fields: {a: {from: a, default: null}}\n").lines == ["[1]", "[null]", "[null]"])
    #expect(try work.read(head + "fields: {a: a}\n").lines == ["[1]", "[null]"])
  }

  @Test func listsThatAreZippedHaveOneLength() throws {
    let work = try TemporaryFolder()
    try work.write("data", "{\"a\":[1,2],\"b\":[3]}\n")
    let reading = try work.read(
      BadRecordTests.head + "source: data\nformat: jsonl\nfields: {z: {zip: {x: a, y: b}}}\n")
    #expect(
      reading.error?.contains("zips lists of one length, found 2 values for 'x' and 1 for 'y'") == true)
  }

  @Test func repeatedKeysAreTold() throws {
    let work = try TemporaryFolder()
    try work.write(
      "data", "{\"a\":1,\"b\":2}\n{\"a\":1,\"b\":2,\"a\":3}\n{\"a\":4,\"b\":5}\n{\"b\":6,\"b\":7,\"a\":8}\n")
    let reading = try work.read(BadRecordTests.head + "source: data\nformat: jsonl\nfields: {a: a}\n")
    #expect(reading.lines == ["[1]", "[3]", "[4]", "[8]"])
    #expect(reading.summary?.repeatedKeys == 2)
    #expect(reading.summary?.firstRepeatedKey == "'a' at data:2:1")
  }

  @Test func unevenColumnsOfJSON() throws {
    let work = try TemporaryFolder()
    try work.write("data", "{\"a\": [1, 2], \"b\": [3]}")
    let reading = try work.read(
      BadRecordTests.head + "source: data\nformat: json\nlayout: columns\nfields: {a: a, b: b}\n")
    #expect(reading.error?.contains("the columns differ in length: 'a' has 2 values, 'b' 1") == true)
  }

  @Test func halfASurrogatePairHasItsPlace() throws {
    let work = try TemporaryFolder()
    try work.write("data", [0xFF, 0xFE, 0x61, 0, 0x3D, 0xD8, 0x62, 0])
    for chunk in [1, 1 << 18] {
      let reading = try work.read(
        BadRecordTests.head + "source: data\nformat: lines\nfields: {t: line}\n", chunk: chunk)
      #expect(
        reading.error?.contains("has half a surrogate pair at byte offset 4 of the file") == true,
        "\(reading)")
    }
  }

  @Test func alignedFiles() throws {
    let work = try TemporaryFolder()
    try work.write("x.en", "a\nb\n\nd")
    try work.write("x.de", "A\r\nB\r\nC\r\nD\r\n")
    let description =
      BadRecordTests.head + "source: {aligned: {en: x.en, de: x.de}, set: {k: 1}}\nformat: lines\n"
      + "fields: {source: en, target: de, k: k}\n"
    for chunk in [1, 3, 1 << 18] {
      let reading = try work.read(description, chunk: chunk)
      #expect(reading.lines == [#"["a","A",1]"#, #"["b","B",1]"#, #"["","C",1]"#, #"["d","D",1]"#])
      #expect(reading.summary?.inputs.map(\.path) == ["x.en", "x.de"])
    }
    try work.write("x.de", "A\nB\n")
    let uneven = try work.read(description, chunk: 2)
    #expect(
      uneven.error?.contains("found: 'x.en' has 4, 'x.de' has 2 lines") == true
        || uneven.error?.contains("has 4") == true, "\(uneven)")
  }

  @Test func mostBadRecords() throws {
    let work = try TemporaryFolder()
    try work.write("data", "n\n1\nx\n2\ny\n")
    let head =
      BadRecordTests.head + "source: data\nformat: csv\nfields: {n: {from: n, type: integer}}\n"
      + "on_bad_record: quarantine\n"
    #expect(try work.read(head + "max_bad: 2\n").summary?.quarantined == 2)
    #expect(try work.read(head + "max_bad: 50%\n").summary?.quarantined == 2)
    let count = try work.read(head + "max_bad: 1\n")
    #expect(
      count.error?.contains("has more than the 1 bad records that 'max_bad' allows; the last one: data:5:")
        == true)
    // What was wrong can be looked at.
    #expect(try work.text("quarantine.jsonl").split(separator: "\n").count == 2)
    #expect(try work.read(head + "max_bad: 49%\n").error?.contains("2 bad records of 4") == true)
  }

  /// A share of the records, always the same, whatever their order.
  @Test func sample() throws {
    let work = try TemporaryFolder()
    let head = BadRecordTests.head + "source: data\nformat: csv\nfields: {n: n}\nsample: 0.3\n"
    try work.write("data", "n\n" + (0..<2000).map { "\($0)\n" }.joined())
    let forth = try work.read(head)
    try work.write("data", "n\n" + (0..<2000).reversed().map { "\($0)\n" }.joined())
    let back = try work.read(head)
    #expect(Set(forth.lines) == Set(back.lines))
    // Within 4 standard deviations of 600.
    #expect(abs(forth.lines.count - 600) < 82)
    #expect(forth.summary?.present == 2000)
  }
}
