import Evaluation
import Foundation
import JSON
import Records
import Testing
import Transformer

/// Answers read out of fluent replies, and tasks divided into steps.
@Suite struct ReplyTests {
  /// Puts further keys beside a template's name.
  private func describe(_ fixture: Fixture, _ name: String, _ keys: String) throws {
    try fixture.replace("\"name\": \"\(name)\"", with: "\"name\": \"\(name)\", \(keys)", in: "manifest.json")
  }

  @Test func theFirstRuleThatMatchesReadsTheAnswer() throws {
    let fixture = try Fixture()
    let rules = #""extract": ["I would say (?:it is )?(\\w+)", "(?i)^(?:well, )?(clear|cloudy|rainy)\\b"]"#
    try describe(fixture, "wording 0 of sky", "\"style\": \"conversational\", \(rules)")
    try describe(fixture, "wording 1 of sky", "\"style\": \"succinct\"")
    let replies = ["Hm, I would say it is Cloudy today.", "Well, RAINY!", "No idea.", "I would say green."]
    let scorer = ListeningScorer()
    scorer.write = { request in
      guard request.prompt.hasPrefix("wording 0 of sky") else { return .success("x") }
      let number = Int(request.prompt.split(separator: " ")[4]) ?? 0
      return .success(replies[number % 4])
    }
    let results = try fixture.evaluate(scorer) { $0.maximumTokens = 77 }
    let asked = scorer.written.filter { $0.prompt.hasPrefix("wording 0 of sky") }
    #expect(asked.count == 12 && asked.allSatisfy { $0.maximumTokens == 77 })
    #expect(!scorer.asked.contains { $0.prompt.hasPrefix("wording 0 of sky") })
    var right = 0
    for line in try fixture.predictions() where try line.required("template").text() == "sky-0" {
      let number = replies.firstIndex(of: try line.required("reply").text()) ?? 0
      let expected: String? = ["cloudy", "rainy", nil, nil][number]
      #expect(try line.optional("parsed")?.text() == expected)
      #expect(try line.optional("choice")?.integer() == ["cloudy": 1, "rainy": 2][expected ?? ""])
      let isRight = try expected == line.required("target").text()
      #expect(try line.required("correct").boolean() == isRight)
      if isRight { right += 1 }
    }
    // The last record of sky has no unseen templates and is left out of the figures, but it was asked.
    let sky = try fixture.results().required("tasks").items()[0]
    let parsing = try sky.required("parsing").required("seen")
    #expect(try parsing.required("n").integer() == 12 && parsing.required("parsed").integer() == 6)
    #expect(try parsing.required("parse_rate").number() == 0.5)
    #expect(abs(try parsing.required("value").number() - Double(right) / 12) < 1e-12)
    #expect(abs(try parsing.required("value_of_parsed").number() - Double(right) / 6) < 1e-12)
    let styles = try sky.required("styles")
    let talk = try styles.required("conversational").required("seen")
    #expect(try talk.required("templates").integer() == 1)
    #expect(
      try talk.required("median").number()
        == results.tasks[0].seen?.templates.first { $0.id == "sky-0" }?.value)
    #expect(try talk.required("parsing").required("parse_rate").number() == 0.5)
    #expect(try styles.required("succinct").required("seen").required("n").integer() > 0)
    #expect(try styles.required("instruction").required("unseen").required("templates").integer() == 3)
  }

  /// Renders by writing what it was given.
  private struct Plain: StepPrompts {
    func prompt(
      task: String, template: String, step: Int, variables: ValueDictionary, record: String
    ) throws -> String {
      func text(_ name: String) -> String {
        switch variables[name] {
        case .string(let text)?: text
        case .list(let items)?:
          items.map { if case .string(let text) = $0 { text } else { "?" } }.joined(separator: "+")
        case .integer(let number)?: String(number)
        default: "-"
        }
      }
      if text("n") == "3", step == 2 { throw Impossible() }
      return [
        "parts of \(text("n"))", "double \(text("item"))", "sum of \(text("doubles")) for \(text("n"))",
      ][step]
    }
    struct Impossible: Error, CustomStringConvertible { var description: String { "no way" } }
  }

  private func steps() throws -> Fixture {
    let fixture = try Fixture()
    try describe(
      fixture, "wording 0 of echo",
      #""environment": "jinja", "steps": [{"name": "parts", "for": null, "jinja": "a"}, {"name": "doubles", "for": "parts", "jinja": "b"}, {"name": "all", "for": null, "jinja": "c"}]"#
    )
    var records = ""
    for line in try fixture.text("evaluation/seen_templates.jsonl").split(separator: "\n")
    where line.contains("\"template\": \"echo-0\"") {
      var line = String(line)
      let value = try line.withUTF8 { try JSONParser().parse(UnsafeRawBufferPointer($0)) }
      let node = JSONNode(value, file: "", advice: "")
      let number = try node.required("input").text().split(separator: " ")[4]
      records +=
        "{\"task\": \"echo\", \"record\": \"\(try node.required("record").text())\", \"fields\": {\"n\": \(number)}}\n"
    }
    try records.write(toFile: fixture.path("evaluation/records.jsonl"), atomically: true, encoding: .utf8)
    return fixture
  }

  @Test func stepsSeeTheAnswersBefore() throws {
    let fixture = try steps()
    let scorer = ListeningScorer()
    scorer.write = { request in
      if request.prompt.hasPrefix("parts of") { return .success(" 1\n\n 2 \n3\n") }
      if request.prompt.hasPrefix("double") {
        return .success("\(2 * (Int(request.prompt.dropFirst(7)) ?? 0))\n")
      }
      return .success("word\(request.prompt.split(separator: " ").last ?? "")")
    }
    try fixture.evaluate(scorer, { _ in }, steps: Plain())
    #expect(scorer.written.contains { $0.prompt == "double 3" })
    #expect(scorer.written.contains { $0.prompt == "sum of 2+4+6 for 7" })
    #expect(!scorer.written.contains { $0.prompt.hasPrefix("wording 0 of echo") })
    let lines = try fixture.predictions().filter { try $0.required("template").text() == "echo-0" }
    #expect(lines.count == 10)
    for (number, line) in lines.enumerated() {
      let steps = try line.required("steps").items()
      #expect(try steps[0].required("answer").text() == "1\n\n 2 \n3")
      #expect(try steps[1].required("answers").items().map { try $0.text() } == ["2", "4", "6"])
      if number == 3 {
        #expect(try line.required("failure").required("kind").text() == "rendering")
        #expect(
          try line.required("failure").required("message").text() == "step 'all' cannot be rendered: no way")
      } else {
        #expect(
          try line.required("prediction").text() == "word\(number)" && line.required("correct").boolean())
      }
    }
  }

  @Test func aStepThatFailsFailsItsQuestionAlone() throws {
    let fixture = try steps()
    let scorer = ListeningScorer()
    scorer.write = { request in
      if request.prompt == "parts of 5" { return .failure(RequestFailure(.endpoint, "gone")) }
      return .success("1")
    }
    let results = try fixture.evaluate(scorer, { _ in }, steps: Plain())
    #expect(results.failures == 2)
    let lines = try fixture.predictions().filter { try $0.optional("failure") != nil }
    #expect(
      try lines.map { try $0.required("failure").required("kind").text() } == ["rendering", "endpoint"])
  }

  @Test func withoutTheRecordsItSaysWhatToDo() throws {
    let fixture = try steps()
    try FileManager.default.removeItem(atPath: fixture.path("evaluation/records.jsonl"))
    let error = #expect(throws: (any Error).self) {
      try fixture.evaluate(ListeningScorer(), { _ in }, steps: Plain())
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("build the mixture again"))
  }
}
