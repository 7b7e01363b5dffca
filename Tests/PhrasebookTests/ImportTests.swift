import Foundation
import Testing

/// `phrasebook import` as its users run it.
@Suite struct ImportTests {
  static let file = """
    dataset: sky
    templates:
      a: !Template
        jinja: "Is {{ thing }} in the sky? ||| {{ answer }}"
        name: in_the_sky

    """

  @Test func importsReportsAndEndsWithItsStatus() throws {
    let workshop = try Workshop()
    try workshop.write("in/sky/templates.yaml", Self.file)
    let first = try workshop.run("import", "promptsource", "in", "--output", "out")
    #expect(first.status == 0, "\(first)")
    #expect(first.output.contains("imported  1  of 1 templates, as 1 files in out, all written"), "\(first)")
    try workshop.write("records.jsonl", "{\"thing\": \"the moon\", \"answer\": \"yes\"}\n")
    let rendered = try workshop.run(
      "render", "--templates", "out/sky/templates.yaml", "--records", "records.jsonl")
    #expect(rendered.output.contains(#""input":"Is the moon in the sky?","targets":["yes"]"#), "\(rendered)")

    try workshop.write("in/sky/templates.yaml", Self.file.replacing("sky?", with: "sky now?"))
    let second = try workshop.run("import", "promptsource", "in", "--output", "out")
    #expect(second.status == 2 && second.errors.contains("'--replace'"), "\(second)")
    #expect(try !workshop.read("out/sky/templates.yaml").contains("now"))
    let third = try workshop.run("import", "promptsource", "in", "--output", "out", "--replace")
    #expect(third.status == 0, "\(third)")
    #expect(try workshop.read("out/sky/templates.yaml").contains("now"))
  }

  @Test func refusalsAreFindings() throws {
    let workshop = try Workshop()
    try workshop.write("tasks/base", "dataset_path: sea\ndoc_to_text: \"{{ q }}\"\ndoc_to_target: a\n")
    try workshop.write("tasks/good.yaml", "task: good\ninclude: base\n")
    try workshop.write(
      "tasks/python.yaml", "task: python\ninclude: base\ndoc_to_text: !function utils.text\n")
    let outcome = try workshop.run("import", "lm-eval", "tasks", "--output", "out")
    #expect(outcome.status == 1, "\(outcome)")
    #expect(
      outcome.output.contains(
        "refused, doc_to_text is a Python function (1):\n  tasks/python.yaml:3:14: python: 'doc_to_text' calls"
      ),
      "\(outcome)")
    #expect(outcome.output.contains("Python functions refused:\n  1  utils.text\n"), "\(outcome)")
    #expect(outcome.errors.contains("error: 1 could not be imported"), "\(outcome)")
    let json = try workshop.run("import", "lm-eval", "tasks", "--output", "out", "--json", "--quiet")
    let report = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(report?["imported"] as? Int == 1 && report?["refused"] as? Int == 1, "\(json)")
    #expect(report?["written"] as? Int == 0, "\(json)")
    try workshop.write("records.jsonl", "{\"q\": \"deep?\", \"a\": [\"yes\", \"very\"]}\n")
    let rendered = try workshop.run(
      "render", "--templates", "out/sea/templates.yaml", "--records", "records.jsonl")
    #expect(rendered.output.contains(#""input":"deep?","targets":["yes","very"]"#), "\(rendered)")
  }
}
