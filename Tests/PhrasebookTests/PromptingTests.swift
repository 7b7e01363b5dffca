import Foundation
import JSON
import Records
import Testing

/// `phrasebook evaluate` with exemplars, calibration, reasoning, replies and steps, run as its users run it.
@Suite struct PromptingTests {
  /// A small project with a template that talks and one that asks step by step, trained.
  private static func trained() throws -> Workshop {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    let file = "templates/sum/templates.yaml"
    let text = try workshop.read(file)
      .replacing("name: words\n", with: "name: words\n    style: conversational\n    extract: ['(\\d+)']\n")
      .replacing(
        "name: story\n",
        with: """
          name: story
              steps:
                - {name: first, jinja: '{{ a }} and {{ b }} are'}
                - {name: each, for: first, jinja: '{{ item }} of {{ a }}?'}
                - {name: sum, jinja: '{{ a }} with {{ b }}: {{ each | join(", ") }}'}

          """)
    try workshop.write(file, text)
    try workshop.write(
      "recipe.yaml",
      SmallProject.recipe.replacing(
        "resamples: 200", with: "resamples: 100\n  rationale: thing\n  maximum_tokens: 6"))
    for arguments in [["build", "recipe.yaml", "--output", "out"], ["train", "out"]] {
      let outcome = try workshop.run(arguments)
      #expect(outcome.status == 0, "\(outcome)")
    }
    let audit = try workshop.run("audit", "out")
    #expect(audit.status == 0, "\(audit)")
    return workshop
  }

  private static func evaluate(_ workshop: Workshop, _ arguments: String...) throws -> JSONNode {
    let outcome = try workshop.run(["evaluate", "out"] + arguments)
    #expect(outcome.status == 0, "\(outcome)")
    return try JSONNode.read(workshop.path("out/evaluation/results.json"), advice: "")
  }

  private static func predictions(_ workshop: Workshop) throws -> [JSONNode] {
    let parser = try JSONParser()
    var lines: [JSONNode] = []
    try JSONLines.read(workshop.path("out/evaluation/predictions.jsonl")) { bytes, _ in
      lines.append(JSONNode(try parser.parse(bytes), file: "predictions.jsonl", advice: ""))
    }
    return lines
  }

  @Test func everyWayOfAsking() throws {
    let workshop = try Self.trained()
    let plain = try Self.evaluate(workshop, "--threads", "1")
    #expect(try plain.required("shots").integer() == 0 && plain.optional("calibration") == nil)
    try talksAndSteps(workshop, plain)

    let few = try Self.evaluate(
      workshop, "--shots", "2", "--exemplars", "balanced", "--orders", "2", "--calibrate", "--threads", "1")
    let first = try workshop.files("out/evaluation")
    _ = try Self.evaluate(
      workshop, "--shots", "2", "--exemplars", "balanced", "--orders", "2", "--calibrate", "--threads", "2")
    #expect(try workshop.files("out/evaluation") == first)
    #expect(try few.required("shots").integer() == 2)
    #expect(try few.required("exemplars").required("choice").text() == "balanced")
    let colour = try #require(
      try few.required("tasks").items().first { try $0.required("name").text() == "colour" })
    #expect(try colour.required("calibrated").required("seen").required("n").integer() > 0)
    #expect(try colour.required("orders").required("n").integer() == 2)
    let line = try #require(
      try Self.predictions(workshop).first { try $0.required("task").text() == "colour" })
    #expect(
      try line.required("exemplars").items().count == 2 && line.required("calibrated").items().count == 2)
    checkWithNumpy(workshop)

    let seeds = try (1...2).map { seed in
      _ = try Self.evaluate(workshop, "--shots", "2", "--exemplars", "similar", "--seed", "\(seed)")
      return try workshop.read("out/evaluation/predictions.jsonl")
    }
    #expect(seeds[0] == seeds[1], "what is most similar is not drawn")

    let chain = try Self.evaluate(
      workshop, "--chain-of-thought", "--trigger", "Think:", "--trigger", "Look:", "--reasoning-tokens", "4",
      "--samples", "2", "--temperature", "1.5")
    #expect(try chain.required("chain_of_thought").required("samples").integer() == 2)
    let reasoned = try #require(
      try Self.predictions(workshop).first { try $0.required("task").text() == "colour" })
    #expect(try reasoned.required("votes").items().count == 2)
  }

  private func talksAndSteps(_ workshop: Workshop, _ results: JSONNode) throws {
    let sum = try #require(
      try results.required("tasks").items().first { try $0.required("name").text() == "sum" })
    #expect(try sum.required("styles").optional("conversational") != nil)
    let lines = try Self.predictions(workshop)
    let read = try lines.filter { try $0.optional("reply") != nil }
    #expect(!read.isEmpty)
    for line in read {
      let digits = try line.required("reply").text().firstMatch(of: /\d+/).map { String($0.0) }
      let parsed = try line.optional("parsed")?.text()
      #expect((parsed == nil) == (digits == nil))
      if let parsed, let digits { #expect(Int(parsed) == Int(digits)) }
    }
    let stepped = try lines.filter { try $0.optional("steps") != nil }
    #expect(!stepped.isEmpty)
    for line in stepped {
      let steps = try line.required("steps").items()
      #expect(try steps.map { try $0.required("name").text() } == ["first", "each"])
      // One answer a line of the first step's.
      let parts = try steps[0].required("answer").text().split(separator: "\n").filter {
        $0.contains { $0 > " " }
      }
      #expect(try steps[1].required("answers").items().count == parts.count)
    }
  }

  private func checkWithNumpy(_ workshop: Workshop) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", Repository.root + "/Tests/check_calibration.py", workshop.path("out")]
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    do { try process.run() } catch {
      print("skipped: no python3")
      return
    }
    process.waitUntilExit()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    if text.contains("No module named 'numpy'") {
      print("skipped: no numpy")
    } else {
      #expect(process.terminationStatus == 0, "\(text)")
    }
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var message: String
    var testDescription: String { message }
  }

  static let faults = [
    Fault(arguments: ["--shots", "65"], message: "the number of shots is 65; expected 0 to 64"),
    Fault(
      arguments: ["--exemplars", "balancd"], message: "unknown exemplars 'balancd'; did you mean 'balanced'?"),
    Fault(arguments: ["--calibration", "contxtual"], message: "unknown calibration 'contxtual'"),
    Fault(
      arguments: ["--format", "plain"],
      message: "unknown format 'plain'; expected one of 'marked', 'continued'"),
    Fault(arguments: ["--orders", "3"], message: "3 orders of exemplars need at least 2 of them"),
    Fault(arguments: ["--chain-of-thought", "--temperature", "0"], message: "expected above 0"),
    Fault(
      arguments: ["--samples", "3"], message: "--samples is for sampled reasoning; add --chain-of-thought"),
  ]

  @Test func wrongOptionsAreUsage() throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    #expect(try workshop.run("build", "recipe.yaml", "--output", "out").status == 0)
    for fault in Self.faults {
      let outcome = try workshop.run(["evaluate", "out"] + fault.arguments)
      #expect(outcome.status == 2 && outcome.errors.contains(fault.message), "\(outcome)")
    }
  }

  @Test func recipesTellWrongKeysAtTheirPlaces() throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write(
      "recipe.yaml",
      SmallProject.recipe
        + "  shots: 70\n  calibrate: [contextual, bach]\n  chain_of_thought: {sample: 2}\n  exemplars: randm\n"
    )
    let outcome = try workshop.run("build", "recipe.yaml")
    #expect(outcome.status == 2)
    for message in [
      "'shots' must be a whole number from 0 to 64", "unknown calibration 'bach'; did you mean 'batch'?",
      "unknown key 'sample'; did you mean 'samples'?", "unknown exemplars 'randm'; did you mean 'random'?",
    ] {
      #expect(outcome.errors.contains(message), "\(outcome)")
    }
  }
}
