import Foundation
import JSON
import Records
import Testing

/// `phrasebook score`, and what `evaluate` computes with.
@Suite struct ScoreCommandTests {
  @Test func answersAreThoseOfAnEvaluation() throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    #expect(try workshop.run("build", "recipe.yaml", "--output", "out").status == 0)
    #expect(try workshop.run("train", "out").status == 0)
    #expect(try workshop.run("evaluate", "out").status == 0)
    let parser = try JSONParser()
    func lines(_ text: String) throws -> [Value] {
      try text.split(separator: "\n").map { try parser.parse(String($0)) }
    }
    let examples = try lines(workshop.read("out/evaluation/seen_templates.jsonl"))
    let predictions = try lines(workshop.read("out/evaluation/predictions.jsonl"))
    var requests: [Value] = []
    var expected: [Value] = []
    for (example, prediction) in zip(examples, predictions) {
      guard case .dictionary(let example) = example, case .dictionary(let prediction) = prediction else {
        continue
      }
      var request = ValueDictionary()
      request["prompt"] = example["input"]
      if let choices = example["choices"] { request["choices"] = choices }
      request["max_tokens"] = .integer(8)
      requests.append(.dictionary(request))
      expected.append(prediction["log_likelihoods"] ?? .null)
    }
    try workshop.write("requests.jsonl", requests.map { JSONText.line($0) + "\n" }.joined())
    let outcome = try workshop.run("score", "requests.jsonl", "--model", "out/model")
    #expect(outcome.status == 0, "\(outcome)")
    let answers = try lines(outcome.output)
    try #require(answers.count == expected.count && expected.count > 3)
    var ranked = 0
    for (answer, expected) in zip(answers, expected) {
      guard case .list(let values) = expected else { continue }
      guard case .list(let found) = answer["log_likelihoods"] else {
        Issue.record("no log-likelihoods in \(answer)")
        continue
      }
      ranked += 1
      for case (.number(let one), .number(let other)) in zip(found, values) {
        #expect(abs(one - other) < 2e-4)
      }
    }
    #expect(ranked > 3)
    // The precision is told.
    #expect(try parser.parse(workshop.read("out/evaluation/results.json"))["precision"] == .string("f32"))
    let eight = try workshop.run("evaluate", "out", "--precision", "int8")
    #expect(eight.status == 0, "\(eight)")
    #expect(try parser.parse(workshop.read("out/evaluation/results.json"))["precision"] == .string("int8"))
    try wrongRequestsAreErrors(workshop)
  }

  private func wrongRequestsAreErrors(_ workshop: Workshop) throws {
    for (line, message) in [
      (#"{"choices": ["a"]}"#, "expected 'prompt'"),
      (#"{"prompt": 1}"#, "expected a text at 'prompt'"),
      (#"{"prompt": "a", "framing": "own"}"#, "expected 'marked' or 'continued' at 'framing'"),
      (#"{"prompt": "a", "max_tokens": -1}"#, "a number of tokens"),
      (#"{"prompt": "a", "temperature": -1}"#, "a temperature of 0 or more"),
      (#"{"prompt": "a", "temperature": 1, "top_p": 0}"#, "a share above 0"),
      (#"{"prompt": "a", "exemplars": [{"input": "b"}]}"#, "expected 'exemplars[0].target'"),
      ("{", "requests.jsonl:2"),
    ] {
      try workshop.write("requests.jsonl", "{\"prompt\": \"a\", \"choices\": []}\n\(line)\n")
      let outcome = try workshop.run("score", "requests.jsonl", "--model", "out/model")
      #expect(outcome.status == 2, "\(line)\n\(outcome)")
      #expect(outcome.errors.contains(message) && outcome.errors.contains("requests.jsonl:2"), "\(outcome)")
    }
    try workshop.write(
      "requests.jsonl",
      """
      {"prompt": "a", "choices": ["\(String(repeating: "long ", count: 3_000))"]}
      {"prompt": "a", "temperature": 2, "seed": 1, "max_tokens": 4, "stops": ["zzz"]}

      """)
    let outcome = try workshop.run("score", "requests.jsonl", "--model", "out/model", "--quiet")
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
    #expect(outcome.output.contains(#"{"error":{"kind":"too_long""#))
    #expect(outcome.output.contains(#""ending":"#))
  }
}
