import Testing

/// Whole messages, as the command prints them: place, what was found, what is expected, the line.
@Suite struct DescriptionErrorTests {
  @Test(arguments: errors)
  func message(description: String, expected: String) throws {
    let reading = try TemporaryFolder().read(description)
    #expect(reading.error == expected)
  }

  @Test func everyMistakeAtOnce() throws {
    let reading = try TemporaryFolder().read(
      """
      nam: x
      cluster: [a]
      source: {pth: a.csv, set: 3}
      format: xm
      fields:
        a: {from: x, map: [1], type: int, replase: []}
        b: {}
      splits: {dev: b.csv}
      group: [c]
      limit: 0
      metric: acuracy
      on_bad_record: ignore
      encoding: ebcdic
      """)
    let lines = (reading.error ?? "").split(separator: "\n").filter { $0.contains("error:") }
    let places = lines.map { $0.split(separator: ":").dropFirst().prefix(2).joined(separator: ":") }
    // Line and column of each mistake, counted by hand; two at 1:1 (name is missing) and so on.
    #expect(
      Set(places) == [
        "1:1", "2:10", "3:9", "3:10", "3:27", "4:9", "6:21", "6:32", "6:37", "7:6", "8:10", "9:9", "10:8",
        "11:9", "12:16", "13:11",
      ])
  }

  static let head = "name: x\ncluster: y\nmetric: accuracy\n"

  static let errors: [(String, String)] = [
    (
      head + "source: a.csv\nformat: xm\nfields: {a: a}\n",
      """
      corpus.yaml:5:9: error: unknown format 'xm'; did you mean 'xml'?
          5 | format: xm
            |         ^~
      """
    ),
    (
      head + "source: a.xml\nformat: xml\nfields: {a: a}\n",
      """
      corpus.yaml:4:9: error: an XML source needs 'records', the path of one record such as /corpus/pair or //row
          4 | source: a.xml
            |         ^~~~~
      """
    ),
    (
      head + "source: a.xml\nrecords: pair\nformat: xml\nfields: {a: a}\n",
      """
      corpus.yaml:5:10: error: the path of an XML record begins with '/' (from the root) or '//' (anywhere), \
      found 'pair'; did you mean '//pair'?
          5 | records: pair
            |          ^~~~
      """
    ),
    (
      head + "source: a.xml\nrecords: /a[1]\nformat: xml\nfields: {a: /a/b}\n",
      """
      corpus.yaml:5:10: error: 'a[1]' is no element's name; a path holds names only, without conditions
          5 | records: /a[1]
            |          ^~~~~
      corpus.yaml:7:13: error: the path of a field begins in the record, not with '/', found '/a/b'; name a \
      child, '@attribute' or 'text()'
          7 | fields: {a: /a/b}
            |             ^~~~
      """
    ),
    (
      head + "source: a.txt\nformat: lines\npattern: '^(?<word>\\w+)'\nfields: {a: wrod}\n",
      """
      corpus.yaml:7:13: error: 'wrod' is no named group of the pattern; did you mean 'word'?
          7 | fields: {a: wrod}
            |             ^~~~
      """
    ),
    (
      head + "source: a.txt\nformat: lines\npattern: '(a'\nfields: {a: line}\n",
      """
      corpus.yaml:6:10: error: malformed pattern '(a': missing closing parenthesis at character 3
          6 | pattern: '(a'
            |          ^~~~
      """
    ),
    (
      head + "source: a.csv\nformat: csv\npattern: a\nfields: {a: a}\ndedupe: [b]\n",
      """
      corpus.yaml:6:10: error: 'pattern' is for the format 'lines', not for 'csv'
          6 | pattern: a
            |          ^
      corpus.yaml:8:10: error: 'dedupe' names the unknown field 'b'; did you mean 'a'?
          8 | dedupe: [b]
            |          ^
      """
    ),
    (
      head + "source: {deb: 'rm -rf /', path: x}\nformat: csv\nfields: {a: {from: a, const: 1}}\n",
      """
      corpus.yaml:4:15: error: 'deb' must be the name of a Debian package, found 'rm -rf /'
          4 | source: {deb: 'rm -rf /', path: x}
            |               ^~~~~~~~~~
      corpus.yaml:4:33: error: the path of a package's file begins with '/', found 'x'
          4 | source: {deb: 'rm -rf /', path: x}
            |                                 ^
      corpus.yaml:6:30: error: the field 'a' has both 'from' and 'const'; keep one
          6 | fields: {a: {from: a, const: 1}}
            |                              ^
      """
    ),
    (
      head + "source: {deb: no-such-data, path: /no/such/file}\nformat: csv\nfields: {a: a}\n",
      """
      corpus.yaml:4:9: error: the file '/no/such/file' does not exist and could not be downloaded; it \
      comes with the Debian package 'no-such-data': apt-get install no-such-data
          4 | source: {deb: no-such-data, path: /no/such/file}
            |         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      """
    ),
    (
      head + "source: no.csv\nformat: csv\nfields: {a: a}\n",
      """
      corpus.yaml:4:9: error: the file 'no.csv' does not exist; put it there or correct the path
          4 | source: no.csv
            |         ^~~~~~
      """
    ),
    (
      "name: ../x\ncluster: y\nmetric: f1\nsource: a.csv\nformat: csv\nfields: {}\n",
      """
      corpus.yaml:1:7: error: a corpus' name consists of letters, digits, '.', '_' and '-' and does not begin \
      with '.' or '-'; found '../x'
          1 | name: ../x
            |       ^~~~
      corpus.yaml:3:9: error: unknown metric 'f1'; expected one of 'accuracy', 'exact_match', 'squad_exact_match', 'squad_f1', 'macro_f1', 'mcc', 'pearson', 'spearman', 'rouge1', 'rouge2', \
      'rougeL', 'rougeLsum', 'rouge1_stem', 'rouge2_stem', 'rougeL_stem', 'rougeLsum_stem', 'bleu', \
      'bleu_intl', 'bleu_char', 'bleu_none', …
          3 | metric: f1
            |         ^~
      corpus.yaml:6:9: error: 'fields' names no field
          6 | fields: {}
            |         ^~
      """
    ),
  ]
}
