import Foundation
import JSON
import Records
import Testing

/// `phrasebook overlap` on a built mixture, by texts whose overlap is known.
@Suite struct OverlapCommandTests {
  private func node(_ text: some StringProtocol) throws -> JSONNode {
    let value = try Array(text.utf8).withUnsafeBytes { try JSONParser().parse($0) }
    return JSONNode(value, file: "text", advice: "")
  }

  private func lines(_ workshop: Workshop, _ file: String) throws -> [JSONNode] {
    try workshop.read(file).split(separator: "\n").map { try node($0) }
  }

  private func built() throws -> Workshop {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "out")
    try #require(outcome.status == 0, "\(outcome)")
    return workshop
  }

  @Test func whatStandsInATextIsFound() throws {
    let workshop = try built()
    let examples = try lines(workshop, "out/evaluation/seen_templates.jsonl")
    let first = try #require(examples.first)
    let input = try first.required("input").text()
    // The whole first example in other letters and between other words, split over the lines of a text.
    let text = "Something before. " + input.uppercased().replacing(" ", with: " \n") + "; and behind it"
    try workshop.write("corpus.txt", text)
    let outcome = try workshop.run("overlap", "out", "--corpus", "corpus.txt", "--json")
    #expect(outcome.status == 0, "\(outcome)")
    let found = try lines(workshop, "out/evaluation/overlap.jsonl")
    let line = try #require(found.first)
    #expect(try line.required("cell").text() == "seen_templates")
    #expect(try line.required("language_seen").boolean())
    #expect(try line.required("knowledge_seen").boolean())
    for part in ["input", "instruction"] {
      let words = try line.required(part).required("words").integer()
      #expect(words > 0)
    }
    let count = try ["seen_templates", "unseen_templates", "unseen_tasks"].map {
      try lines(workshop, "out/evaluation/\($0).jsonl").count
    }.reduce(0, +)
    #expect(found.count == count)
    // Another task's record, of which nothing was in the text.
    let other = try #require(
      found.first { try $0.required("task").text() != first.required("task").text() })
    #expect(try other.required("knowledge_seen").boolean() == false)
    let summary = try node(outcome.output)
    #expect(try summary.required("all").required("n").integer() == count)
    let groups = try summary.required("all").required("groups")
    let total = try ["both", "language", "knowledge", "neither"].map {
      try groups.required($0).required("n").integer()
    }.reduce(0, +)
    #expect(total == count)
  }

  /// The same words as text, as JSON Lines, compressed and in several files, by one thread and by several.
  @Test func formsAndThreadsDoNotMatter() throws {
    let workshop = try built()
    let inputs = try lines(workshop, "out/evaluation/unseen_templates.jsonl").prefix(5).map {
      try $0.required("input").text()
    }
    try workshop.write("a.txt", inputs.joined(separator: "\n\n\u{1}stop\u{1}\n"))
    for (place, input) in inputs.enumerated() {
      let line = JSONText.line(.dictionary(ValueDictionary([("body", .string(input)), ("n", .integer(1))])))
      try workshop.write("b\(place).jsonl", line + "\n")
    }
    let whole = try (0..<inputs.count).map { try workshop.read("b\($0).jsonl") }.joined()
    try workshop.write("c.jsonl", whole)
    let zip = Process()
    zip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    zip.arguments = ["gzip", "-k", workshop.path("c.jsonl")]
    try zip.run()
    zip.waitUntilExit()
    func overlap(_ arguments: String...) throws -> String {
      let outcome = try workshop.run(["overlap", "out", "--field", "body"] + arguments)
      #expect(outcome.status == 0, "\(outcome)")
      return try workshop.read("out/evaluation/overlap.jsonl")
    }
    let files = (0..<inputs.count).map { "b\($0).jsonl" }
    let single = try overlap("--corpus", "c.jsonl")
    #expect(try overlap("--corpus", "c.jsonl.gz") == single)
    #expect(
      try workshop.run(["overlap", "out", "--threads", "3", "--field", "body", "--corpus"] + files).status
        == 0)
    #expect(try workshop.read("out/evaluation/overlap.jsonl") == single)
    #expect(try overlap("--corpus", "a.txt") == single)
    #expect(try overlap("--words", "1", "--corpus", "c.jsonl").contains("\"knowledge_seen\":true"))
  }

  @Test func accuracyIsSplitByWhatWasSeen() throws {
    let workshop = try built()
    let examples = try lines(workshop, "out/evaluation/seen_templates.jsonl")
    let predictions = try examples.map { example -> String in
      let index = try example.required("index").integer()
      return "{\"cell\": \"seen_templates\", \"index\": \(index), \"correct\": \(index % 2 == 0)}\n"
    }
    try workshop.write("out/evaluation/predictions.jsonl", predictions.joined())
    try workshop.write("none.txt", "zzz zzz")
    let outcome = try workshop.run("overlap", "out", "--corpus", "none.txt", "--json")
    #expect(outcome.status == 0, "\(outcome)")
    let summary = try node(outcome.output)
    let neither = try summary.required("all").required("groups").required("neither")
    #expect(try neither.required("answered").integer() == examples.count)
    let right = Double((examples.count + 1) / 2)
    #expect(abs(try neither.required("accuracy").number() - right / Double(examples.count)) < 1e-12)
  }

  @Test(arguments: [
    (["overlap", "out", "--corpus", "missing.txt"], "no such file: 'missing.txt'"),
    (["overlap", "nowhere", "--corpus", "recipe.yaml"], "no built mixture in 'nowhere'"),
    (["overlap", "out", "--corpus", "bad.jsonl"], "bad.jsonl:2"),
    (["overlap", "out", "--corpus", "recipe.yaml", "--format", "xml"], "unknown format 'xml'"),
    (["overlap", "out", "--corpus", "recipe.yaml", "--words", "0"], "'--words' must be from 1 to 1000"),
    (["compare", "out", "out"], "no evaluation in 'out'"),
    (["budget", "out"], "no evaluation in 'out'"),
  ])
  func badInputIsTold(arguments: [String], message: String) throws {
    let workshop = try built()
    try workshop.write("bad.jsonl", "{\"text\": \"fine\"}\n[1]\n")
    let outcome = try workshop.run(arguments)
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.errors.contains(message), "\(outcome)")
  }
}
