import Bytes
import Foundation
import Reports
import Testing

@Suite struct ReportPageTests {
  private func filled() throws -> (folder: SmallFolder, html: String) {
    let folder = try SmallFolder()
    try folder.fill()
    return (folder, ReportPage(try Report.load(folder.path)).html)
  }

  @Test func needsNothingButItself() throws {
    let html = try filled().html
    for part in ["http:", "https:", "src=", "url(", "@import", "<script", "<link", "<iframe"] {
      let found = html.contains(part)
      #expect(!found || part == "src=", "\(part)")
    }
    // The only `src=` are those of the examples' own texts.
    let sources = html.components(separatedBy: "src=").count
    #expect(sources == html.components(separatedBy: "&lt;img src=").count)
  }

  @Test func textsCannotBreakOut() throws {
    let html = try filled().html
    expect(html, lacks: SmallFolder.evilTask)
    expect(html, lacks: SmallFolder.evilTemplate)
    expect(html, holds: "a&lt;b&gt;&quot;&amp;&#39;c")
    expect(html, holds: "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;")
    expect(html, holds: "a note &lt;with&gt; marks")
    expect(html, holds: "corpora/&lt;x&gt;.jsonl")
    #expect(html.utf8.allSatisfy { $0 >= 32 || $0 == 10 })
  }

  @Test func theModelIsNamed() throws {
    let (folder, without) = try filled()
    expect(without, lacks: "<p>Pretrained weights")
    let note =
      #"{"model": "smollm2", "pretrained": true, "in_place_of": null, "reason": null, "trained": "adapters", "#
      + #""precision": "bf16", "parameters": 134515008, "examples": 4000}"#
    try folder.write("model/training.json", note)
    expect(
      ReportPage(try Report.load(folder.path)).html,
      holds: "Pretrained weights, gone on from: smollm2, 134,515,008 parameters, adapters alone trained; "
        + "4,000 examples, products in bf16.</p>")
  }

  @Test func everyElementIsClosed() throws { try checkBalance(try filled().html) }

  @Test func theSameInputTheSameBytes() throws {
    let (folder, html) = try filled()
    try ReportPage(try Report.load(folder.path)).write(to: folder.path)
    #expect(try String(contentsOfFile: folder.path + "/report.html", encoding: .utf8) == html)
  }

  @Test func everyTemplateIsAMark() throws {
    let html = try filled().html
    // One more of each in the legends: a dot in one, a diamond in two.
    #expect(html.components(separatedBy: "<circle class=\"dot\"").count - 1 == 3 + 1)
    #expect(html.components(separatedBy: "<path class=\"diamond\"").count - 1 == 4 + 2)
    expect(html, holds: "<title>two: 85.0% (n = 24, seen)</title>")
    expect(html, holds: "<title>only: 48.0% (n = 24, unseen)</title>")
  }

  /// The log of the fixture: 700 steps at one rate, evaluated every hundred.
  @Test func lossAndRateAreDrawn() throws {
    let html = try filled().html
    #expect(html.contains("Learning rate: up to 0.001, at the end 0.001."))
    #expect(html.components(separatedBy: "<polyline class=\"curve\"").count - 1 == 2)
    #expect(html.components(separatedBy: "<polyline class=\"held\"").count - 1 == 1)
  }

  @Test func figuresOfTheHeadline() throws {
    let html = try filled().html
    expect(html, holds: "<span class=\"figure\">87.5<span class=\"unit\">%</span>")
    expect(html, holds: "<span class=\"figure\">42.5<span class=\"unit\">%</span>")
    expect(html, holds: "<span class=\"figure\">45.0<span class=\"unit\">points</span>")
    expect(html, holds: "95% interval 31.3 to 50.0")
    expect(html, holds: "Guessing would give 25.0%, the best constant answer 30.0%.")
    expect(html, holds: "Dashed: on held-out examples, 0.750 at step 700.")
    // Wanted 60%, realized 2,420 of 4,000.
    expect(html, holds: "wanted 60.00%, realized 60.50%")
    expect(html, holds: "18446744073709551615")
  }

  @Test func whatIsMissingIsTold() throws {
    let folder = try SmallFolder()
    let html = ReportPage(try Report.load(folder.path)).html
    expect(html, holds: "Not evaluated yet")
    expect(html, holds: "Not trained here yet")
    expect(html, holds: "No predictions yet.")
    expect(html, holds: "wanted 60.00%")
    try checkBalance(html)
  }

  @Test func contradictionsAreTold() throws {
    let folder = try SmallFolder()
    try folder.fill()
    let results = SmallFolder.results.replacingOccurrences(
      of: "\"shots\": 0",
      with: "\"shots\": 0, \"manifest_sha256\": \"00\", \"predictions\": {\"sha256\": \"11\"}")
    try folder.write("evaluation/results.json", results)
    let report = try Report.load(folder.path)
    #expect(report.warnings.count == 2)
    #expect(ReportPage(report).html.contains("another build of this mixture"))
  }

  @Test(arguments: [
    ("manifest.json", "{", "malformed JSON"),
    (
      "manifest.json", "[]", "manifest.json: error: expected an object, found a list; build the mixture again"
    ),
    ("evaluation/results.json", "{\"format_version\": 2}", "expected format version 1"),
    (
      "evaluation/results.json",
      SmallFolder.results.replacingOccurrences(of: "\"gap\": 0.6", with: "\"gap\": []"),
      "expected a number at 'tasks[1].gap', found a list; run `phrasebook evaluate` again"
    ),
    (
      "model/training_log.jsonl", "{\"step\": 1, \"loss\": 2}\n{\"step\": 2}\n",
      "training_log.jsonl:2: error: expected 'loss'"
    ),
    ("model/training.json", "{\"model\": \"tiny\"}", "training.json: error: expected 'pretrained'"),
    (
      "evaluation/predictions.jsonl", "{\"cell\": 3}\n",
      "predictions.jsonl:1: error: expected a text at 'cell'"
    ),
  ])
  func damagedFiles(file: String, text: String, message: String) throws {
    let folder = try SmallFolder()
    try folder.fill()
    try folder.write(file, text)
    let error = try #require(throws: Diagnostic.self) { try Report.load(folder.path) }
    #expect("\(error)".contains(message))
  }

  @Test func noMixtureNoReport() throws {
    let error = try #require(throws: Diagnostic.self) { try Report.load("/nowhere") }
    #expect(
      error.message == "no mixture in '/nowhere': manifest.json is missing; run `phrasebook build` first")
  }

  private func expect(_ html: String, holds part: String) {
    let found = html.contains(part)
    #expect(found, "the page lacks \(part)")
  }

  private func expect(_ html: String, lacks part: String) {
    let found = html.contains(part)
    #expect(!found, "the page holds \(part)")
  }

  /// A stack of open elements: what HTML allows to leave open is listed.
  private func checkBalance(_ html: String) throws {
    let void: Set = ["!doctype", "meta", "br"]
    var open: [String] = []
    for piece in html.components(separatedBy: "<").dropFirst() {
      let tag = piece.prefix { $0 != ">" }
      let name = String(tag.prefix { $0 != " " && $0 != "/" || tag.first == "/" && $0 == "/" })
      if void.contains(name.lowercased()) || tag.hasSuffix("/") { continue }
      if name.hasPrefix("/") {
        let last = open.popLast()
        try #require(last == String(name.dropFirst()), "\(piece.prefix(80))")
      } else {
        open.append(name)
      }
    }
    #expect(open.isEmpty)
  }
}
