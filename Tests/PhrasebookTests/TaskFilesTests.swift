import Foundation
import Testing

/// `inspect`, `init` and the imports of tasks, as users run them.
@Suite struct TaskFilesTests {
  private static let reviews =
    "text,stars,mood\n"
    + (0..<30).map { "\"Review \($0), short\",\($0 % 5),\($0 % 3 == 0 ? "good" : "bad")\n" }.joined()

  private func corpus(_ more: String = "") -> String {
    "name: reviews\ncluster: mood\nsource: reviews.csv\nformat: csv\nfields:\n  text: text\n"
      + "  stars: {from: stars, type: integer}\n  mood: mood\nmetric: accuracy\n" + more
  }

  @Test func inspectTellsWhatIsThere() throws {
    let workshop = try Workshop()
    try workshop.write("c/reviews.csv", Self.reviews)
    try workshop.write("c/corpus.yaml", corpus())
    let outcome = try workshop.run("inspect", "c", "--json", "--records", "1")
    #expect(outcome.status == 0, "\(outcome)")
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(json["present"] as? Int == 30 && json["records"] as? Int == 30)
    let fields = try #require(json["fields"] as? [[String: Any]])
    #expect(fields.map { $0["type"] as? String } == ["string", "integer", "string"])
    let values = try #require(fields[2]["values"] as? [[String: Any]])
    #expect(values.map { $0["value"] as? String } == ["bad", "good"])
    #expect(values.map { $0["count"] as? Int } == [20, 10])
    // "Review 0, short" to "Review 29, short": 10 of 15 characters, 20 of 16.
    let lengths = try #require(fields[0]["characters"] as? [String: Any])
    #expect(lengths["least"] as? Int == 15 && lengths["most"] as? Int == 16)
    #expect(abs((lengths["mean"] as? Double ?? 0) - (10 * 15 + 20 * 16) / 30.0) < 1e-9)
    #expect((json["first"] as? [[String: Any]])?.count == 1)
    let text = try workshop.run("inspect", "c/corpus.yaml")
    #expect(text.output.contains("20  \"bad\"") && text.output.contains("record 3:"), "\(text)")
    let counted = try workshop.run("inspect", "c", "--count")
    #expect(counted.output.contains("30  records") && !counted.output.contains("record 1:"), "\(counted)")
  }

  @Test func inspectCountsBadRecordsAndSaysSo() throws {
    let workshop = try Workshop()
    try workshop.write("c/reviews.csv", Self.reviews + "x,none,good\ny,1\n")
    try workshop.write("c/corpus.yaml", corpus())
    let outcome = try workshop.run("inspect", "c", "--count")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains(" 2  quarantined"), "\(outcome)")
    #expect(
      outcome.output.contains("bad: reviews.csv:32:3: the field 'stars' must be an integer"), "\(outcome)")
    try workshop.write("c/corpus.yaml", corpus("on_bad_record: quarantine\n"))
    #expect(try workshop.run("inspect", "c", "--count").status == 0)
  }

  @Test func filters() throws {
    let workshop = try Workshop()
    try workshop.write("c/reviews.csv", Self.reviews)
    try workshop.write("c/corpus.yaml", corpus("filter: stars > 2 and mood == 'bad' and 'short' in text\n"))
    let outcome = try workshop.run("inspect", "c", "--json")
    // Of 0 to 29: those with a remainder of 3 or 4 by 5, and not divisible by 3.
    let expected = (0..<30).filter { $0 % 5 > 2 && $0 % 3 != 0 }.count
    #expect(outcome.output.contains("\"records\": \(expected),"), "\(outcome)")
    #expect(outcome.output.contains("\"filtered\": \(30 - expected),"), "\(outcome)")
    try workshop.write("c/corpus.yaml", corpus("filter: stars > 2 and mod == 'bad'\n"))
    let wrong = try workshop.run("inspect", "c")
    #expect(wrong.status == 2)
    #expect(wrong.errors.hasPrefix("c/corpus.yaml:10:23: error:") && wrong.errors.contains("mod"), "\(wrong)")
    try workshop.write("c/corpus.yaml", corpus("filter: mood > 2\n"))
    let untyped = try workshop.run("inspect", "c", "--count")
    #expect(untyped.status == 1 && untyped.output.contains("the filter cannot be applied"), "\(untyped)")
  }

  struct Start: Sendable, CustomTestStringConvertible {
    var name: String
    var file: String
    var text: String
    /// What the corpus.yaml must say.
    var says: [String]
    var testDescription: String { name }
  }

  private static let words = ["river", "stone", "tree", "cloud", "road", "lamp"]
  static let starts: [Start] = [
    Start(
      name: "CSV", file: "reviews.csv", text: reviews,
      says: [
        "format: csv", "stars: {from: \"stars\", type: integer}", "map: {\"bad\": 0, \"good\": 1}",
        "metric: accuracy",
      ]),
    Start(
      name: "TSV without a header", file: "pairs.tsv",
      text: (0..<12).map { "\($0)\tword \(words[$0 % 6]) \($0)\n" }.joined(),
      says: ["format: tsv", "columns: [column_1, column_2]", "metric: exact_match"]),
    Start(
      name: "semicolons", file: "x.csv", text: "a;b\n" + (0..<9).map { "one, \($0);two \($0)\n" }.joined(),
      says: ["separator: \";\""]),
    Start(
      name: "JSON lines", file: "x.data",
      text: (0..<9).map { "{\"Question Text\": \"q \($0)\", \"a\": {\"text\": \"t \($0)\", \"n\": \($0)}}\n" }
        .joined(),
      says: ["format: jsonl", "question_text: \"Question Text\"", "a_text: \"/a/text\""]),
    Start(
      name: "a JSON array", file: "x.json",
      text: "{\"version\": 1, \"data\": ["
        + (0..<9).map { "{\"q\": \"\($0)\", \"a\": \"b\"}" }.joined(separator: ",\n") + "]}",
      says: ["format: json", "records: \"/data\""]),
    Start(
      name: "columns of JSON", file: "x.json", text: "{\"q\": [\"a\", \"b\"], \"n\": [1, 2]}",
      says: ["format: json", "layout: columns"]),
    Start(
      name: "XML", file: "x.xml",
      text: "<?xml version='1.0'?><set><!-- <p> --><items>"
        + (0..<9).map { "<p id='\($0)'><t>text \($0)</t><tag v='a'>x</tag><tag v='b'>y</tag></p>" }.joined()
        + "</items></set>",
      says: [
        "format: xml", "records: \"/set/items/p\"", "id: {from: \"@id\"", "tag: {from: \"tag\", type: list}",
        "tag_v: {from: \"tag/@v\", type: list}",
      ]),
    Start(
      name: "lines", file: "x.txt", text: "one line\nanother line\n",
      says: ["format: lines", "text: \"line\""]),
  ]

  @Test(arguments: starts)
  func initWritesATaskThatWorks(_ start: Start) throws {
    let workshop = try Workshop()
    try workshop.write(start.file, start.text)
    let made = try workshop.run("init", start.file, "--name", "own")
    #expect(made.status == 0, "\(made)")
    let corpus = try String(contentsOfFile: workshop.path("corpora/own/corpus.yaml"), encoding: .utf8)
    for part in start.says { #expect(corpus.contains(part), "\(corpus)") }
    let inspected = try workshop.run("inspect", "corpora/own", "--json")
    #expect(
      inspected.status == 0 && inspected.output.contains("\"quarantined\": 0"), "\(inspected)\n\(corpus)")
    let rendered = try workshop.run(
      "render", "--templates", "templates/own/templates.yaml", "--task", "own", "--limit", "2")
    #expect(rendered.status == 0 && !rendered.output.contains("\"error\""), "\(rendered)")
    #expect(rendered.output.split(separator: "\n").count == 6, "\(rendered)")
    #expect(!FileManager.default.fileExists(atPath: workshop.path("corpora/own/corpus.yaml.trial")))
    let again = try workshop.run("init", start.file, "--name", "own")
    #expect(again.status == 2 && again.errors.contains("is there already"), "\(again)")
    #expect(try workshop.run("init", start.file, "--name", "own", "--replace").status == 0)
  }

  private static let instructions = """
    {"Definition": ["Write {{the opposite}}."], "Categories": ["Word Play"], "Source": ["own"],
     "Positive Examples": [{"input": "hot", "output": "cold", "explanation": "They are opposites."}],
     "Negative Examples": [{"input": "wet", "output": "rain", "explanation": "Rain is wet."}],
     "Instances": [{"id": "1", "input": "big", "output": ["small", "little"]}, {"id": "2", "input": "old", "output": ["new"]}]}
    """

  @Test func naturalInstructions() throws {
    let workshop = try Workshop()
    try workshop.write("tasks/task1_opposites.json", Self.instructions)
    try workshop.write("tasks/task2_broken.json", "{\"Definition\": \"x\"}")
    let outcome = try workshop.run("import", "natural-instructions", "tasks", "--output", "project")
    #expect(
      outcome.status == 1
        && outcome.output.contains("refused: tasks/task2_broken.json: expected 'Instances'"), "\(outcome)")
    let rendered = try workshop.run(
      "render", "--templates", "project/templates/task1_opposites/templates.yaml", "--task",
      "task1_opposites",
      "--corpora", "project/corpora")
    #expect(rendered.status == 0, "\(rendered)")
    #expect(rendered.output.contains(#""targets":["small","little"]"#), "\(rendered)")
    #expect(
      rendered.output.contains(#""input":"Write {{the opposite}}.\n\nInput: big\nOutput:""#), "\(rendered)")
    #expect(
      rendered.output.contains("Because: They are opposites.")
        && rendered.output.contains("Wrong because: Rain is wet."))
    #expect(rendered.output.split(separator: "\n").count == 8)
  }

  @Test func bigBench() throws {
    let workshop = try Workshop()
    try workshop.write(
      "bench/sums/task.json",
      #"{"name": "sums", "description": "Add.", "keywords": ["arithmetic"], "examples": [{"input": "1+1", "target_scores": {"2": 1, "3": 0}}]}"#
    )
    try workshop.write("bench/words/task.json", #"{"examples": [{"input": "a", "target": ["b", "c"]}]}"#)
    try workshop.write("bench/plain.json", #"{"canary": "x", "examples": [{"input": "a", "target": "z"}]}"#)
    let outcome = try workshop.run("import", "big-bench", "bench", "--output", "project", "--json")
    #expect(outcome.status == 0, "\(outcome)")
    for (task, targets) in [
      ("sums", #""targets":["2"],"choices":["2","3"]"#), ("words", #"["b","c"]"#), ("plain", #"["z"]"#),
    ] {
      let rendered = try workshop.run(
        "render", "--templates", "project/templates/\(task)/templates.yaml", "--task", task, "--corpora",
        "project/corpora")
      #expect(rendered.status == 0 && rendered.output.contains(targets), "\(rendered)")
      #expect(!rendered.output.contains("\"error\""), "\(rendered)")
    }
  }

  @Test func chainsOfThoughtAndExamples() throws {
    let workshop = try Workshop()
    try workshop.write("cot/riddles.tsv", "Why?\\nThink.\tbecause\tIt is so.\n")
    #expect(try workshop.run("import", "flan-cot", "cot", "--output", "project").status == 0)
    try workshop.write(
      "chats.jsonl",
      #"{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]}"# + "\n")
    try workshop.write("more/train.jsonl", #"{"prompt": "p", "completion": "c"}"# + "\n")
    try workshop.write("odd.jsonl", #"{"x": 1}"# + "\n")
    for path in ["chats.jsonl", "more"] {
      #expect(try workshop.run("import", "examples", path, "--output", "project").status == 0)
    }
    let odd = try workshop.run("import", "examples", "odd.jsonl", "--output", "project")
    #expect(odd.status == 1 && odd.output.contains("the records have the keys x"), "\(odd)")
    for (task, part) in [
      (
        "riddles",
        #""input":"Why?\nThink.\nThink about it step by step, then answer.","targets":["It is so. So the answer is because."]"#
      ),
      ("chats", #""input":"user: hi\nassistant:","targets":["ho"]"#),
      ("more", #""input":"p","targets":["c"]"#),
    ] {
      let rendered = try workshop.run(
        "render", "--templates", "project/templates/\(task)/templates.yaml", "--task", task, "--corpora",
        "project/corpora")
      #expect(rendered.status == 0 && rendered.output.contains(part), "\(rendered)")
    }
  }

  /// Real tasks, where they lie beside the repository.
  @Test(arguments: [
    ("natural-instructions", "superni-sapt", 16), ("big-bench", "bbh/bbh", 27), ("flan-cot", "flan-cot", 2),
  ])
  func realCollections(format: String, folder: String, least: Int) throws {
    guard let shared = Repository.shared else { return print("skipped: no ../shared") }
    let workshop = try Workshop()
    let outcome = try workshop.run(
      "import", format, "\(shared)/corpora/\(folder)", "--output", "project", "--json")
    #expect(outcome.status == 0, "\(outcome)")
    let tasks = try FileManager.default.contentsOfDirectory(atPath: workshop.path("project/corpora"))
    #expect(tasks.count >= least - 1, "\(tasks)")
    for task in tasks {
      let rendered = try workshop.run(
        "render", "--templates", "project/templates/\(task)/templates.yaml", "--task", task, "--corpora",
        "project/corpora",
        "--limit", "3")
      #expect(rendered.status == 0 && !rendered.output.contains("\"error\""), "\(rendered)")
    }
  }
}
