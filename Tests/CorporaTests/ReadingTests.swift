import Corpora
import Records
import Testing

/// Small files by hand, cut at every byte, at odd places and not at all.
@Suite struct ReadingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var file: String
    /// Format and fields.
    var description: String
    var lines: [String]
    var skipped = 0
    var testDescription: String { name }
  }

  @Test(arguments: cases, [1, 2, 7, 1 << 18])
  func reads(_ one: Case, chunk: Int) throws {
    let work = try TemporaryFolder()
    try work.write("data", one.file)
    let reading = try work.read(BadRecordTests.head + "source: data\n" + one.description, chunk: chunk)
    #expect(reading.error == nil)
    #expect(reading.lines == one.lines)
    #expect(reading.summary?.skipped == one.skipped)
    #expect(reading.summary?.records == one.lines.count)
    #expect(reading.summary?.inputs.map(\.bytes) == [one.file.utf8.count])
  }

  static let cases: [Case] = [
    Case(
      name: "CSV: byte order mark, CRLF, quotes, line breaks inside, no last line break",
      file: "\u{FEFF}a,b,c\r\n\"x, \"\"y\"\"\",\"1\r\n2\",é\r\n,\"\",5\" disk\r\n\r\nlast,\"\n\",\"z\"",
      description: "format: csv\nfields: {a: a, b: b, c: c}\n",
      lines: [#"["x, \"y\"","1\r\n2","é"]"#, #"["","","5\" disk"]"#, #"["last","\n","z"]"#]),
    Case(
      name: "CSV without a header, columns in another order",
      file: "1,2\n3,4\n", description: "format: csv\ncolumns: [p, q]\nfields: {a: q, b: p, c: q}\n",
      lines: [#"["2","1","2"]"#, #"["4","3","4"]"#]),
    Case(
      name: "TSV: quotes are text", file: "a\tb\n\"x\t\"\"\n'\t\r\n",
      description: "format: tsv\nfields: {a: a, b: b}\n", lines: [#"["\"x","\"\""]"#, #"["'",""]"#]),
    Case(
      name: "TSV with quotes", file: "a\tb\n\"x\ty\"\tz\n",
      description: "format: tsv\nquotes: true\nfields: {a: a, b: b}\n", lines: [#"["x\ty","z"]"#]),
    Case(
      name: "JSON lines: pointers, kinds, big integers, escapes, blank lines",
      file:
        #"{"a":{"b":[10,{"c~/":null}]},"n":123456789012345678901234567890,"s":"\u00e9\n\ud83d\ude00\u0000"}"#
        + "\n \t\n" + #"{"a":{"b":[1.5,{"c~/":true}]},"n":-0,"s":""}"#,
      description: "format: jsonl\nfields: {x: /a/b/0, y: /a/b/1/c~0~1, n: n, s: s}\n",
      lines: [
        #"[10,null,123456789012345678901234567890,"é\n😀\u0000"]"#, #"[1.5,true,0,""]"#,
      ]),
    Case(
      name: "a JSON array at the root, with items of many forms",
      file: " [ {\"a\" : \"]}\\\"[\"} ,{\"a\":[{},[ ]]}\n, [\"b\"] ] \n",
      description: "format: json\nwhere: {a: '.'}\nfields: {a: a}\n", lines: [#"["]}\"["]"#], skipped: 2),
    Case(
      name: "a JSON array by a pointer through arrays, past look-alikes",
      file: #"{"d":{"x":[{"v":0}]},"e":[[],[{"v":9}],{"d/":[{"v":1},{"v":{"v":[2]}}],"v":3}],"f":"d/"}"#,
      description: "format: json\nrecords: /e/2/d~1\nfields: {v: v}\n", lines: ["[1]", #"[{"v":[2]}]"#]),
    Case(
      name: "a key written with an escape", file: #"{"\u0064":[{"v":1}]}"#,
      description: "format: json\nrecords: /d\nfields: {v: v}\n", lines: ["[1]"]),
    Case(
      name: "lines with groups, optional ones too", file: "a=1;b\r\nc=;\n#\n",
      description:
        "format: lines\npattern: '^(?<k>\\w)=(?<v>\\d?);(?P<o>\\w)?'\non_no_match: skip\n"
        + "where: {k: '[a-z]', o: b}\nfields: {k: k, v: v, o: o, l: line}\n",
      lines: [#"["a","1","b","a=1;b"]"#], skipped: 2),
    Case(
      name: "lines as they are", file: "\u{FEFF}é\n\n x \n",
      description: "format: lines\nfields: {t: line}\n",
      lines: [#"["é"]"#, #"[" x "]"#], skipped: 1),
    Case(
      name: "split, replace, map and type, in this order", file: "t\na_1-b_2\n\"\"\n",
      description:
        "format: csv\nfields: {n: {from: t, replace: [[a_, ''], [b_, '']], split: '-', map: {'1': 10, '2': 20}}, "
        + "s: {from: t, split: '-', type: list}, c: {const: [x, 1, 0.5, true, '1', {k: null}]}}\n",
      lines: [
        #"[[10,20],["a_1","b_2"],["x",1,0.5,true,"1",{"k":null}]]"#,
        #"[[],[],["x",1,0.5,true,"1",{"k":null}]]"#,
      ]),
    Case(
      name: "types",
      file: #"{"a":"-12","b":7,"c":"1e3","d":3,"e":"true","f":2.5,"g":"0012345678901234567890"}"#,
      description:
        "format: jsonl\nfields: {a: {from: a, type: integer}, b: {from: b, type: string}, c: {from: c, type: number}, "
        + "d: {from: d, type: number}, e: {from: e, type: boolean}, f: {from: f, type: string}, "
        + "g: {from: g, type: integer}}\n",
      lines: [#"[-12,"7",1000.0,3.0,true,"2.5",12345678901234567890]"#]),
    Case(
      name: "XML: attributes, own text, all text, CDATA, references, comments, DOCTYPE",
      file: """
        \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE r SYSTEM "no-such.dtd" [<!ELEMENT r ANY> <!-- > --> ]>
        <r xmlns="urn:x"><!-- <p/> -->
        <p i="1 &amp; &#38;amp; &lt;" xml:lang='de'>a<b>c<i>d</i></b>e<![CDATA[<&]]>&#x1F600;&gt;<?pi <p/>?></p>
        <q><p i=''/></q></r>
        """,
      description:
        "format: xml\nrecords: /r/p\nfields: {i: '@i', l: '@xml:lang', own: text(), all: ., b: b, bi: b/i, bt: b/text()}\n",
      lines: [#"["1 & &amp; <","de","ae<&😀>","acde<&😀>","cd","d","c"]"#]),
    Case(
      name: "XML: anywhere, nested records, lists",
      file: "<a><x v='1'><x v='2'><k>m</k></x><k>n</k><k/></x><y/></a>",
      description:
        "format: xml\nrecords: //x\nfields: {v: '@v', k: {from: k, type: list}, d: {from: x/@v, type: list}}\n",
      lines: [#"["2",["m"],[]]"#, #"["1",["n",""],["2"]]"#]),
    Case(
      name: "XML: a path of two steps anywhere, any name, prefixes",
      file: "<a xmlns:n='u'><b><n:c t='1'/></b><n:b><c t='2'/><d t='3'/></n:b><c t='4'/></a>",
      description: "format: xml\nrecords: //n:b/*\nfields: {t: '@t'}\n", lines: [#"["2"]"#, #"["3"]"#]),
    Case(
      name: "XML: line ends are normalized", file: "<a>\r\n<p>x\r\ny\rz</p></a>",
      description: "format: xml\nrecords: //p\nfields: {t: .}\n", lines: [#"["x\ny\nz"]"#]),
  ]

  @Test func sourcesSetsSplitsGroupsAndRepeats() throws {
    let work = try TemporaryFolder()
    try work.write("one.csv", "a,b\n1,x\n2,y\n")
    try work.write("two.csv", "b,a\nx,1\nx,3\nz,2\n")
    try work.write("three.csv", "a,b\n2,y\n9,w\n")
    let reading = try work.read(
      BadRecordTests.head + """
        source: [{path: one.csv, set: {kind: first}}, {path: three.csv, set: {kind: second}}]
        splits: {test: {path: two.csv, set: {kind: 7}}, validation: [one.csv]}
        format: csv
        fields: {a: a, b: b, k: {from: kind, type: string}}
        where: {a: '[123]'}
        dedupe: [a, b]
        group: [b]
        """)
    // one.csv stands in both: it is read once, as a split, where nothing is set.
    #expect(reading.error?.contains("'one.csv' has no column 'kind'") == true)
    let mended = try work.read(
      BadRecordTests.head + """
        source: [{path: one.csv, set: {kind: first}}, {path: three.csv, set: {kind: second}}]
        splits: {test: {path: two.csv, set: {kind: 7}}}
        format: csv
        fields: {a: a, b: b, k: {from: kind, type: string}}
        where: {a: '[123]'}
        dedupe: [a, b]
        group: [b]
        """)
    #expect(mended.error == nil)
    #expect(
      mended.lines == [
        #"["1","x","first"]"#, #"["2","y","first"]"#, #"["3","x","7"]"#, #"["2","z","7"]"#,
      ])
    #expect(mended.splits == ["test": 2])
    #expect(mended.groups[0] == mended.groups[2] && mended.groups[0] != mended.groups[1])
    #expect(mended.groups.allSatisfy { $0 != nil })
    #expect(mended.summary?.skipped == 1 && mended.summary?.duplicates == 2)
    #expect(mended.summary?.inputs.map(\.path) == ["one.csv", "three.csv", "two.csv"])
  }

  @Test func limitOfASourceAndOfAll() throws {
    let work = try TemporaryFolder()
    try work.write("n.csv", "n\n" + (0..<1000).map { "\($0)\n" }.joined())
    try work.write("m.csv", "n\n" + (0..<1000).map { "\(999 - $0)\n" }.joined())
    let tail = "format: csv\nfields: {n: {from: n, type: integer}}\n"
    func read(_ source: String) throws -> Reading { try work.read(BadRecordTests.head + source + tail) }
    let forth = try read("source: n.csv\nlimit: 100\n")
    let back = try read("source: m.csv\nlimit: 100\n")
    #expect(forth.lines.count == 100 && forth.summary?.beyondLimit == 900)
    // The same records whatever their order in the file, each time in the file's order.
    #expect(forth.lines == back.lines.reversed())
    let fewer = try read("source: n.csv\nlimit: 99\n")
    #expect(Set(fewer.lines).isSubset(of: Set(forth.lines)))
    let both = try read("source: [{path: n.csv, limit: 100}, {path: m.csv, limit: 5}]\nlimit: 50\n")
    #expect(both.lines.count == 50 && both.summary?.beyondLimit == 1950)
  }

  @Test func nothingToRead() throws {
    let work = try TemporaryFolder()
    try work.write("data", "<a><b/><c/></a>")
    let reading = try work.read(
      BadRecordTests.head + "source: data\nrecords: //row\nformat: xml\nfields: {t: .}\n")
    #expect(
      reading.error == """
        corpus.yaml:4:9: error: in 'data': there is no element at '//row'; the document begins with '/a', '/a/b', \
        '/a/c'
            4 | source: data
              |         ^~~~
        """)
    try work.write("data", "{\"a\":[{\"v\":1}]}")
    let json = try work.read(
      BadRecordTests.head + "source: data\nrecords: /b\nformat: json\nfields: {v: v}\n")
    #expect(json.error?.hasPrefix("corpus.yaml:4:9: error: in 'data': there is no array at '/b'") == true)
    try work.write("data", "a,b\n")
    let empty = try work.read(BadRecordTests.head + "source: data\nformat: csv\nfields: {a: a}\n")
    #expect(empty.error?.contains("the corpus 'x' has no records (0 skipped, 0 quarantined)") == true)
    let column = try work.read(BadRecordTests.head + "source: data\nformat: csv\nfields: {a: A}\n")
    #expect(
      column.error == """
        corpus.yaml:6:13: error: 'data' has no column 'A'; did you mean 'a'?
            6 | fields: {a: A}
              |             ^
        """)
  }
}
