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

  /// What `datasets` makes of the same `data_files` (version 4.4) was worked out by hand: the columns, the splits and
  /// the records that the templates see.
  @Test func localDataComesWithTheTemplates() throws {
    let workshop = try Workshop()
    let ask = "doc_to_text: \"{{question}}\"\ndoc_to_target: \"{{answer}}\"\n"
    try workshop.write(
      "tasks/table.yaml",
      "task: table\ndataset_path: csv\ntraining_split: train\nfewshot_split: dev\ntest_split: check\n"
        + "dataset_kwargs:\n  data_files: {train: rows.csv, dev: dev.csv, check: data/check-*.csv}\n"
        + "  header: null\n  column_names: [question, answer]\n"
        + "doc_to_text: question\ndoc_to_choice: [no, yes]\ndoc_to_target: answer\n")
    try workshop.write("tasks/rows.csv", "wet?,1\ndry?,0\n")
    try workshop.write("tasks/dev.csv", "warm?,1\n")
    try workshop.write("tasks/data/check-1.csv", "cold?,0\n")
    try workshop.write("tasks/data/check-2.csv", "new?,1\nold?,0\n")
    try workshop.write(
      "tasks/nested.yaml",
      "task: nested\ndataset_path: json\ndataset_kwargs:\n  data_files: here.json\n  field: rows\n"
        + "doc_to_text: \"{{q.text}}?\"\ndoc_to_target: \"{{q.answers[0]}}\"\n")
    // `here.json` is found from where the program runs.
    try workshop.write(
      "here.json",
      "{\"rows\": [{\"q\": {\"text\": \"Who\", \"answers\": [\"me\"]}}, {\"q\": {\"text\": \"What\", \"answers\": [\"it\"]}}]}"
    )
    try workshop.write(
      "tasks/lines.yaml",
      "task: lines\ndataset_path: text\ndataset_kwargs: {data_files: {test: lines.txt}}\n"
        + "doc_to_text: text\ndoc_to_target: text\n")
    try workshop.write("tasks/lines.txt", "one\ntwo\n")
    try workshop.write(
      "tasks/web.yaml",
      "task: web\ndataset_path: json\ndataset_kwargs: {data_files: \"https://example.org/a.jsonl\"}\n" + ask)
    try workshop.write(
      "tasks/lost.yaml", "task: lost\ndataset_path: json\ndataset_kwargs: {data_files: gone.jsonl}\n" + ask)
    let outcome = try workshop.run("import", "lm-eval", "tasks", "--corpora", "corpora")
    #expect(outcome.status == 1, "\(outcome)")
    #expect(outcome.output.contains("3 corpora in corpora, 3 written"), "\(outcome)")
    #expect(outcome.output.contains("  lost: the data file 'gone.jsonl' is neither here nor"), "\(outcome)")
    #expect(outcome.output.contains("  web: 'https://example.org/a.jsonl' is on the web"), "\(outcome)")
    #expect(
      try workshop.read("corpora/table/corpus.yaml") == """
        name: table
        cluster: table
        splits:
          train: ["../../tasks/rows.csv"]
          validation: ["../../tasks/dev.csv"]
          test: ["../../tasks/data/check-*.csv"]
        format: csv
        columns: ["question", "answer"]
        fields:
          question: "question"
          answer: {from: "answer", type: integer}
        metric: accuracy

        """)
    var seen: [String: [String]] = [:]
    for task in ["table", "nested", "lines"] {
      let rendered = try workshop.run(
        "render", "--templates", "templates/\(task)/templates.yaml", "--task", task)
      #expect(rendered.status == 0, "\(rendered)")
      for line in rendered.output.split(separator: "\n") {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        let targets = object?["targets"] as? [String] ?? []
        seen[task, default: []].append("\(object?["input"] ?? "") \(targets.joined())")
      }
    }
    #expect(
      seen == [
        "table": ["wet? yes", "dry? no", "warm? yes", "cold? no", "new? yes", "old? no"],
        "nested": ["Who? me", "What? it"], "lines": ["one one", "two two"],
      ])
    // Again: nothing to write, and nothing is replaced without being asked.
    #expect(
      try workshop.run("import", "lm-eval", "tasks", "--corpora", "corpora").output.contains(
        "corpora, 0 written"))
    try workshop.write("corpora/lines/corpus.yaml", "name: mine\n")
    let refused = try workshop.run("import", "lm-eval", "tasks", "--corpora", "corpora")
    #expect(refused.status == 2 && refused.errors.contains("'--replace'"), "\(refused)")
    #expect(try workshop.read("corpora/lines/corpus.yaml") == "name: mine\n")
  }
}
