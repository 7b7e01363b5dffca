import Bytes
import Corpora
import Records
import Testing

/// Files with random mistakes, from a seed: reading never traps or hangs, says the same however the file is
/// cut, and counts everything.
@Suite struct MutationTests {
  private static let files: [(format: String, text: String)] = [
    (
      "jsonl",
      "{\"t\":\"aé\",\"n\":1}\r\n{\"t\":[1,{\"u\":\"\\u00e9\"}],\"n\":-2e3}\n\n{\"n\":null,\"t\":\"\"}\n"
    ),
    ("lines", "a 1\r\né 22\n\nlonger words 333\n"),
    ("csv", "t,n\r\n\"a\"\"é\",1\n\"x\ny\",2\r\n,\n"),
    ("tsv", "t\tn\nx\t1\n\"\t2\n"),
    (
      "json",
      " {\"x\":[0,{\"d\":[]}],\"d\":[{\"t\":\"aé\",\"n\":0}, {\"t\":[1,{\"u\":\"\\\"\"}],\"n\":3}],\"y\":{}} "
    ),
    (
      "xml",
      "<?xml version='1.0'?>\n<!DOCTYPE r [<!ELEMENT p ANY>]>\n<r><p n='&amp;'>a<b>é</b><![CDATA[x]]></p>"
        + "<!-- p --><p n=\"1\"/>\n<p n=''>&#65;&lt;</p></r>\n"
    ),
  ]

  private static func description(_ format: String) -> String {
    let own =
      switch format {
      case "xml": "records: //p\nfields: {t: ., n: '@n'}\n"
      case "json": "records: /d\nfields: {t: t, n: n}\n"
      case "lines": "pattern: '^(?<t>.+) (?<n>\\d+)$'\nfields: {t: t, n: {from: n, type: integer}}\n"
      case "csv": "fields: {t: t, n: n}\nwhere: {n: '^[^2]*$'}\n"
      default: "fields: {t: t, n: n}\n"
      }
    return BadRecordTests.head + "source: data\non_bad_record: quarantine\nformat: \(format)\n" + own
  }

  @Test(arguments: files.map(\.format))
  func mutated(format: String) throws {
    let original = Array((Self.files.first { $0.format == format }?.text ?? "").utf8)
    let alphabet = Array("{}[]\",:\\<>/&;='! \r\n\t-ép01".utf8) + [0, 0x1F, 0x80, 0xC3, 0xFF]
    var generator = SeededGenerator(SeedKey(seed: 17).part(format))
    let work = try TemporaryFolder()
    var clean = 0
    for _ in 0..<250 {
      var bytes = original
      for _ in 0..<Int.random(in: 0...3, using: &generator) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = byte
        case 1: bytes.insert(byte, at: place)
        case 2: bytes.remove(at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + Int(byte) / 4))
        }
      }
      try work.write("data", bytes)
      let whole = try work.read(Self.description(format))
      for chunk in [1, 3] {
        let pieces = try work.read(Self.description(format), chunk: chunk)
        #expect(pieces.lines == whole.lines, "\(String(decoding: bytes, as: UTF8.self))")
        #expect(pieces.summary == whole.summary, "\(String(decoding: bytes, as: UTF8.self))")
      }
      guard let summary = whole.summary else { continue }
      clean += summary.quarantined == 0 ? 1 : 0
      #expect(summary.inputs.map(\.bytes) == [bytes.count])
      guard format == "jsonl" || format == "lines" || format == "tsv" else { continue }
      // Lines that hold anything; of the first one a byte order mark and of tab-separated values the header
      // are none.
      let lines = bytes.split(separator: 10, omittingEmptySubsequences: true).filter { line in
        format == "jsonl" ? line.contains { ![32, 9, 13].contains($0) } : line != [13]
      }
      let present = lines.count - (format == "tsv" ? 1 : 0)
      let unmatched =
        format == "lines"
        ? bytes.split(separator: 10, omittingEmptySubsequences: false).dropLast(
          bytes.last == 10 || bytes.isEmpty ? 1 : 0
        ).count - lines.count : 0
      let counted = summary.records + summary.skipped + summary.quarantined
      #expect(counted == present + unmatched, "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(clean > 10)
  }
}
