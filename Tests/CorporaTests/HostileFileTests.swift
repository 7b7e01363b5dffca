import Bytes
import Corpora
import Glibc
import Records
import Testing

/// Files made to exhaust or to mislead.
@Suite struct HostileFileTests {
  private static let xml = "source: data\nformat: xml\nrecords: //p\nfields: {t: .}\n"

  @Test(arguments: [
    // A billion laughs; the same by an attribute; a file of the machine; an entity of a DTD that is not read.
    (
      "<!DOCTYPE r [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;\">]>"
        + "<r><p>x</p><p>&c;</p></r>", "the entity '&c;' is not predefined", "1:113"
    ),
    (
      "<!DOCTYPE r [<!ENTITY a \"ha\">]><r><p i='&a;'>x</p></r>", "the entity '&a;' is not predefined", "1:41"
    ),
    (
      "<!DOCTYPE r [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>\n<r><p>&a;</p></r>",
      "the entity '&a;' is not predefined", "2:7"
    ),
    ("<!DOCTYPE r SYSTEM \"r.dtd\">\n<r>\n<p>&eacute;</p></r>", "the entity '&eacute;' is not", "3:4"),
    ("<!DOCTYPE r SYSTEM \"r.dtd\">\n<r>\n<p i='&x;'>a</p></r>", "the entity '&x;' is not", "3:7"),
    ("<r><p>a</p>", "the document ends too early", "1:12"),
    ("<r><p>a</q></r>", "Opening and ending tag mismatch", "1:12"),
    ("<r><p>a</p></r><r/>", "Extra content at the end of the document", "1:16"),
    ("<r><p>a\u{1}</p></r>", "", "1:8"),
    ("plain text", "found no element", "1:1"),
    ("", "the document ends too early", "1:1"),
  ])
  func malformedXML(file: String, reason: String, place: String) throws {
    for chunk in [1, 5, 1 << 18] {
      let work = try TemporaryFolder()
      try work.write("data", file)
      let reading = try work.read(BadRecordTests.head + Self.xml, chunk: chunk)
      #expect(reading.error?.contains(reason) == true, "\(reading.error ?? "read")")
      #expect(reading.error?.hasPrefix("data:\(place): error:") == true, "\(reading.error ?? "read")")
    }
  }

  /// Places counted by hand; the parser's own depend on what it keeps back, and so on how the file is cut.
  @Test(arguments: [
    ("<r>\n<p>a<b>é ", [0xFF], "2:10"), ("<r>\n\n<p>é", [0xE2, 0x82], "3:5"), ("<r><p a='>", [0xC3], "1:11"),
  ])
  func invalidUTF8InXMLHasOnePlace(head: String, bad: [UInt8], place: String) throws {
    for chunk in [1, 2, 5, 1 << 18] {
      let work = try TemporaryFolder()
      try work.write("data", Array(head.utf8) + bad + Array("<</p></r>".utf8))
      let reading = try work.read(BadRecordTests.head + Self.xml, chunk: chunk)
      #expect(reading.error?.hasPrefix("data:\(place): error: invalid UTF-8") == true, "\(reading)")
    }
  }

  /// Of a mistake in the declaration and text in another encoding behind it, the first is told.
  @Test func malformedDeclarationComesFirst() throws {
    for chunk in [1, 5, 64, 1 << 18] {
      let work = try TemporaryFolder()
      try work.write("data", "<?xml versio='1.0' encoding='UTF-9'?>\n<r><p>é</p></r>")
      let reading = try work.read(BadRecordTests.head + Self.xml, chunk: chunk)
      #expect(reading.error?.hasPrefix("data:1:7: error: malformed XML") == true, "\(reading)")
    }
  }

  @Test func deepXML() throws {
    let work = try TemporaryFolder()
    try work.write(
      "data", String(repeating: "<p>", count: 10_000) + String(repeating: "</p>", count: 10_000))
    let reading = try work.read(BadRecordTests.head + Self.xml)
    #expect(reading.error?.contains("nested deeper than 256 levels") == true)
    #expect(reading.error?.hasPrefix("data:1:769") == true, "\(reading.error ?? "read")")
  }

  @Test func deepJSON() throws {
    let work = try TemporaryFolder()
    let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
    try work.write("data", "{\"a\": \(deep)}")
    let lines = try work.read(BadRecordTests.head + "source: data\nformat: jsonl\nfields: {a: a}\n")
    #expect(lines.error?.contains("malformed JSON: ") == true)
    let array = try work.read(
      BadRecordTests.head + "source: data\nformat: json\nrecords: /b\nfields: {a: a}\n")
    #expect(array.error?.contains("nested deeper than 512 levels") == true)
  }

  /// Longer than the limit: refused with its place, and the records behind it are read.
  @Test(arguments: ["jsonl", "csv", "lines", "json", "xml"])
  func longRecord(format: String) throws {
    let work = try TemporaryFolder()
    let long = String(repeating: "x", count: 5000)
    let (file, fields, lines): (String, String, [String]) =
      switch format {
      case "jsonl": ("{\"t\":\"a\"}\n{\"t\":\"\(long)\"}\n{\"t\":\"b\"}\n", "t: t", [#"["a"]"#, #"["b"]"#])
      case "csv": ("t\na\n\(long)\nb\n", "t: t", [#"["a"]"#, #"["b"]"#])
      case "lines": ("a\n\(long)\nb\n", "t: line", [#"["a"]"#, #"["b"]"#])
      case "json": ("[{\"t\":\"a\"},{\"t\":\"\(long)\"},{\"t\":\"b\"}]", "t: t", [#"["a"]"#, #"["b"]"#])
      default: ("<r><p>a</p><p>\(long)</p><p>b</p></r>", "t: .", [#"["a"]"#, #"["b"]"#])
      }
    try work.write("data", file)
    let records = format == "xml" ? "records: //p\n" : ""
    let description = try CorpusDescription.load(
      try work.write(
        "corpus.yaml",
        BadRecordTests.head + "source: data\nformat: \(format)\n\(records)fields: {\(fields)}\n"
          + "on_bad_record: quarantine\n"))
    for chunk in [1, 100, 1 << 18] {
      var reader = CorpusReader(recordBytes: 1000)
      reader.chunk = chunk
      var reading = Reading()
      let summary = try reader.read(description) { reading.take($0) }
      #expect(reading.lines == lines && summary.quarantined == 1, "in pieces of \(chunk)")
    }
  }

  @Test(arguments: ["jsonl", "csv", "lines", "xml"])
  func invalidUTF8(format: String) throws {
    let work = try TemporaryFolder()
    let (head, tail) =
      switch format {
      case "jsonl": ("{\"t\":\"a\"}\n{\"t\":\"é", "\"}\n")
      case "csv": ("t\na\né", "\n")
      case "lines": ("a\né", "\n")
      default: ("<r><p>a</p>\n<p>é", "</p></r>")
      }
    let records = format == "xml" ? "records: //p\n" : ""
    let description =
      BadRecordTests.head + "source: data\nformat: \(format)\n\(records)"
      + "fields: {t: \(format == "xml" ? "." : format == "lines" ? "line" : "t")}\n"
    // Latin-1's e acute, a surrogate, an overlong slash, a scalar cut off.
    for bytes in [[0xE9], [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xF0, 0x9F, 0x98]] as [[UInt8]] {
      for chunk in [1, 1 << 18] {
        try work.write("data", Array(head.utf8) + bytes + Array(tail.utf8))
        let reading = try work.read(description, chunk: chunk)
        #expect(
          reading.error?.contains("byte offset \(head.utf8.count) of the file") == true,
          "\(reading.error ?? "read")")
      }
    }
  }

  /// A header of a compressed file and nothing behind it.
  @Test(
    arguments: [([0x1F, 0x8B, 8, 0], "gzip"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd")] as [([UInt8], String)])
  func compressedAndCutOff(bytes: [UInt8], name: String) throws {
    let work = try TemporaryFolder()
    try work.write("data", bytes)
    let reading = try work.read(BadRecordTests.head + "source: data\nformat: lines\nfields: {t: line}\n")
    #expect(
      reading.error == "data: error: the \(name) data ends too early; expected a whole file: get it again")
  }

  /// What a document says of its encoding is heeded as soon as it matters.
  @Test func encodingOfXML() throws {
    let work = try TemporaryFolder()
    let latin: [UInt8] = [0xE9]
    for (name, text, read) in [
      ("ISO-8859-1", Array("a".utf8), "a"), ("utf-8", Array("é".utf8), "é"), ("ISO-8859-1", latin, "é"),
      ("windows-1252", [0x80], "€"), ("EUC-JP", [0xA4, 0xA2], nil), ("UTF-16", Array("é".utf8), nil),
    ] as [(String, [UInt8], String?)] {
      let head = Array("<?xml version='1.0' encoding='\(name)'?><r><p>".utf8)
      try work.write("data", head + text + Array("</p></r>".utf8))
      for chunk in [1, 1 << 18] {
        let reading = try work.read(BadRecordTests.head + Self.xml, chunk: chunk)
        #expect(reading.lines == (read.map { ["[\"\($0)\"]"] } ?? []), "\(name)")
        if read == nil, name == "UTF-16" {
          #expect(
            reading.error?.contains("the document says its encoding is '\(name)'; expected UTF-8") == true)
        } else if read == nil {
          #expect(
            reading.error?.contains("invalid UTF-8") == true
              || reading.error?.contains("its encoding is") == true)
        } else {
          #expect(reading.error == nil)
        }
      }
    }
  }

  /// The malformed file that Debian's iso-codes ships: an ampersand stands bare in it.
  @Test func isoCodes() throws {
    let path = "/usr/share/xml/iso-codes/iso_3166_2.xml"
    guard fileExists(path) else {
      print("skipped: no \(path)")
      return
    }
    let work = try TemporaryFolder()
    let description =
      BadRecordTests.head + "source: {deb: iso-codes, path: \(path)}\nformat: xml\n"
      + "records: //iso_3166_2_entry\nfields: {code: '@code', name: '@name'}\n"
    let stopped = try work.read(description)
    let place = try #require(stopped.error?.split(separator: " ").first)
    #expect(stopped.error?.contains("'&' begins no entity; write '&amp;'") == true)
    let kept = try work.read(description + "on_bad_record: quarantine\n")
    // Every entry that begins before the line of the fault, counted in the text itself.
    let text = try content(of: path)
    let line = try #require(Int(place.split(separator: ":")[1]))
    let before = text.split(
      separator: "\n", omittingEmptySubsequences: false
    ).prefix(line)
    #expect(before.last?.contains("& ") == true)
    let entries = before.dropLast().joined(separator: "\n").split(separator: "<iso_3166_2_entry").count - 1
    #expect(abs((kept.summary?.records ?? 0) - entries) <= 1 && entries > 1000)
    #expect(kept.summary?.quarantined == 1)
  }

  /// Every prefix of a file ends in records and an error, never in a trap, and what is read is counted.
  @Test(arguments: ["jsonl", "json", "csv", "xml"])
  func everyPrefix(format: String) throws {
    let file: String =
      switch format {
      case "jsonl": "{\"t\":\"aé\"}\r\n{\"t\":[1,{\"u\":\"\\u00e9\"}]}\n"
      case "json": "{\"x\":[0],\"d\":[{\"t\":\"aé\"}, {\"t\":[1,{\"u\":\"\\\"\"}]}],\"y\":{}}"
      case "csv": "t,u\r\n\"a\"\"é\",b\n\"x\ny\",\n"
      default: "<?xml version='1.0'?><r><p i='&amp;'>a<b>é</b><![CDATA[x]]></p><p/></r>"
      }
    let more = format == "xml" ? "records: //p\n" : format == "json" ? "records: /d\n" : ""
    let description =
      BadRecordTests.head + "source: data\nformat: \(format)\n\(more)"
      + "fields: {t: \(format == "xml" ? "." : "t")}\non_bad_record: quarantine\n"
    let bytes = Array(file.utf8)
    for end in 0...bytes.count {
      let work = try TemporaryFolder()
      try work.write("data", Array(bytes[..<end]))
      let whole = try work.read(description)
      let pieces = try work.read(description, chunk: 1)
      #expect(whole == pieces, "\(end)")
    }
  }

  /// A control character ends an XML document where it stands, however much of a long section the parser was given
  /// before; lines and columns are counted by hand.
  @Test(arguments: [2, 400, 100_000])
  func controlCharacters(filling: Int) throws {
    let lines = String(repeating: ">\n", count: filling)
    for (file, place) in [
      ("<r><p>a</p>\n<p><![CDATA[x\n\(lines)>\u{8}\n\(lines)", "\(filling + 3):2"),
      ("<r><p>a</p>\n<p>é\u{1}</p></r>", "2:5"), ("<r><p>a</p>\n\u{B}<p/></r>", "2:1"),
      ("<r><p>a</p>\n<p i='\u{1F}'/></r>", "2:7"),
    ] {
      let work = try TemporaryFolder()
      try work.write("data", file)
      for chunk in [1, 7, 300, 1 << 18] {
        let reading = try work.read(
          BadRecordTests.head + "source: data\nformat: xml\nrecords: //p\nfields: {t: .}\n", chunk: chunk)
        #expect(reading.lines == [#"["a"]"#])
        #expect(
          reading.error?.hasPrefix("data:\(place): error: malformed XML: the byte 0x") == true,
          "\(chunk): \(reading.error ?? "none")")
      }
    }
  }
}
