import Foundation
import Testing

/// Everything that users get wrong, tried on the built program: what it says, and how it ends.
@Suite struct BadInputTests {
  /// A change to the small project, a command, and what must come of it.
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var file = ""
    /// nil removes the file.
    var change: (@Sendable (String) -> String)?
    var arguments = ["build", "recipe.yaml", "--output", "out"]
    var status: Int32 = 2
    /// Each must stand in what is printed to standard error.
    var says: [String]
  }

  static func replacing(
    _ name: String, in file: String, _ old: String, with new: String, status: Int32 = 2, says: String...
  ) -> Case {
    Case(
      testDescription: name, file: file,
      change: { text in
        precondition(text.contains(old), "the case '\(name)' changes nothing")
        return text.replacing(old, with: new)
      }, status: status, says: says)
  }

  static let recipes: [Case] = [
    replacing(
      "unknown key", in: "recipe.yaml", "mixture:", with: "mixtur:",
      says: "recipe.yaml:4:1: error: unknown key 'mixtur'; did you mean 'mixture'?", "    4 | mixtur:",
      "^~~~~~"),
    replacing(
      "K = 0", in: "recipe.yaml", "cap: 60", with: "cap: 0",
      says: "recipe.yaml:6:8: error: 'cap' must be a whole number of at least 1, found '0'"),
    replacing(
      "wrong type", in: "recipe.yaml", "total: 300", with: "total: [300]",
      says: "'total' must be a whole number", "found a list"),
    replacing(
      "no total", in: "recipe.yaml", "total: 300", with: "total: 0",
      says: "'total' must be a whole number from 1"),
    replacing("tab", in: "recipe.yaml", "  total:", with: "\ttotal:", says: "recipe.yaml:5", "use blanks"),
    replacing("no name", in: "recipe.yaml", "name: small\n", with: "", says: "missing key 'name'"),
    replacing(
      "name with a slash", in: "recipe.yaml", "name: small", with: "name: a/b", says: "it names a folder"),
    replacing(
      "unknown task", in: "recipe.yaml", "tasks: all", with: "tasks: [colour, summ]", says: "summ", "'sum'"),
    replacing("no task", in: "recipe.yaml", "tasks: all", with: "tasks: []", says: "'tasks' is empty"),
    replacing(
      "unknown cluster", in: "recipe.yaml", "clusters: [pairs]", with: "clusters: [pair]", says: "'pairs'"),
    replacing(
      "negative share", in: "recipe.yaml", "test: 0.25", with: "test: -1", says: "'test' must be a number"),
    replacing(
      "nothing left to train on", in: "recipe.yaml", "clusters: [pairs]",
      with: "clusters: [pairs, naming, numbers]", says: "none is left to train on"),
    replacing(
      "all templates held out", in: "recipe.yaml", "templates: 0.34", with: "templates: 99",
      says: "99 of 6 are to be held out, and none is left to train on"),
    replacing(
      "repeated key", in: "recipe.yaml", "seed: 11", with: "name: x", says: "'name' stands here again"),
    replacing(
      "two mistakes at once", in: "recipe.yaml", "seed: 11", with: "seed: x\nsed: 1", says: "'seed'", "'sed'"),
  ]

  static let corpora: [Case] = [
    replacing(
      "unknown format", in: "corpora/pair/corpus.yaml", "format: xml", with: "format: xm",
      says: "corpora/pair/corpus.yaml:4:9: error: unknown format 'xm'; did you mean 'xml'?", "^~"),
    replacing(
      "missing data file", in: "corpora/sum/corpus.yaml", "sums.csv", with: "sum.csv",
      says: "corpora/sum/corpus.yaml:3:9: error: the file 'corpora/sum/sum.csv' does not exist"),
    replacing(
      "truncated XML", in: "corpora/pair/pairs.xml", "</pairs>", with: "", says: "pairs.xml:", "corpora/pair"),
    replacing(
      "malformed XML", in: "corpora/pair/pairs.xml", "&amp; 3", with: "& 3", says: "pairs.xml:15:"),
    replacing(
      "malformed JSON", in: "corpora/colour/things.jsonl", "\"apple number 10\"", with: "\"apple number 10",
      says: "things.jsonl:11:"),
    replacing(
      "a field the data lacks", in: "corpora/colour/corpus.yaml", "thing: thing", with: "thing: thng",
      says: "things.jsonl:1", "thng"),
    replacing(
      "unmapped label", in: "corpora/colour/corpus.yaml", "green: 1", with: "blue: 1", says: "things.jsonl:2",
      "green"),
    replacing(
      "ragged row", in: "corpora/sum/sums.csv", "\n3,1\n", with: "\n3,1,7\n", says: "sums.csv:15:"),
    replacing(
      "no number", in: "corpora/sum/sums.csv", "\n3,1\n", with: "\nthree,1\n", says: "sums.csv:15", "three"),
    replacing(
      "unknown metric", in: "corpora/sum/corpus.yaml", "exact_match", with: "exactmatch", says: "exact_match"),
    replacing(
      "package not installed", in: "corpora/sum/corpus.yaml", "{path: sums.csv}",
      with: "{deb: no-such-package, path: /usr/share/no-such-package/x.csv}", status: 3,
      says: "apt-get install no-such-package"),
    replacing(
      "no record matches", in: "corpora/pair/corpus.yaml", "/pairs/pair", with: "/pairs/par",
      says: "pairs.xml", "there is no element at '/pairs/par'"),
  ]

  static let templates: [Case] = [
    replacing(
      "a field the corpus lacks", in: "templates/colour/templates.yaml", "The {{ thing }} looks",
      with: "The {{ thng }} looks", says: "templates/colour/templates.yaml:", "thng", "'thing'"),
    replacing(
      "unclosed expression", in: "templates/sum/templates.yaml", "Add {{ a }}", with: "Add {{ a }",
      says: "templates/sum/templates.yaml:"),
    replacing(
      "unknown filter", in: "templates/colour/templates.yaml", "join(' or ')", with: "jion(' or ')",
      says: "jion", "'join'"),
    replacing(
      "no target", in: "templates/sum/templates.yaml", "+ {{ b }} = |||", with: "+ {{ b }} =",
      says: "templates/sum/templates.yaml:", "|||"),
    replacing(
      "include", in: "templates/sum/templates.yaml", "Add {{ a }}", with: "{% include 'x' %} {{ a }}",
      says: "include"),
    replacing(
      "no YAML", in: "templates/sum/templates.yaml", "templates:", with: "templates: [",
      says: "templates.yaml"),
  ]

  static let usage: [Case] = [
    Case(testDescription: "unknown command", arguments: ["biuld", "recipe.yaml"], says: ["biuld"]),
    Case(
      testDescription: "unknown option", arguments: ["build", "recipe.yaml", "--shard-count", "2"],
      says: ["--shard-count"]),
    Case(
      testDescription: "no recipe", arguments: ["build", "other.yaml"], says: ["other.yaml", "no such file"]),
    Case(testDescription: "recipe is a folder", arguments: ["build", "corpora"], says: ["corpora"]),
    Case(
      testDescription: "zero threads", arguments: ["build", "recipe.yaml", "--threads", "0"],
      says: ["--threads"]),
    Case(testDescription: "train without a build", arguments: ["train", "nowhere"], says: ["nowhere"]),
    Case(
      testDescription: "evaluate without a build", arguments: ["evaluate", "corpora"], says: ["manifest.json"]
    ),
    Case(testDescription: "report of nothing", arguments: ["report", "nowhere"], says: ["nowhere"]),
    Case(
      testDescription: "render without records",
      arguments: ["render", "--templates", "templates/sum/templates.yaml"], says: ["--records"]),
    Case(
      testDescription: "render an unknown template",
      arguments: [
        "render", "--templates", "templates/sum/templates.yaml", "--template", "pluss", "--task", "sum",
      ],
      says: ["pluss", "'plus'"]),
    Case(
      testDescription: "render in an unknown environment",
      arguments: [
        "render", "--templates", "templates/sum/templates.yaml", "--task", "sum", "--environment", "lmeval",
      ],
      says: ["lmeval", "'lm-eval'"]),
  ]

  @Test(arguments: recipes + corpora + templates + usage)
  func isToldAndEndsWithItsStatus(_ bad: Case) throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    if let change = bad.change { try workshop.write(bad.file, change(try workshop.read(bad.file))) }
    let outcome = try workshop.run(bad.arguments)
    #expect(outcome.status == bad.status, "\(outcome)")
    for text in bad.says { #expect(outcome.errors.contains(text), "not told: \(text)\n\(outcome)") }
    #expect(outcome.output.isEmpty, "\(outcome)")
    #expect(!FileManager.default.fileExists(atPath: workshop.path("out/manifest.json")), "\(outcome)")
    let leftovers = try workshop.files("out").keys.filter { $0.hasSuffix(".partial") }
    #expect(leftovers.isEmpty)
  }

  /// What other programs say goes into a file; where none can be made, that is told, and no such program runs.
  @Test func aMissingFolderForTemporaryFilesIsTold() throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    let source = "source: {path: things.jsonl}"
    #expect(SmallProject.colourCorpus.contains(source))
    try workshop.write(
      "corpora/colour/corpus.yaml",
      SmallProject.colourCorpus.replacing(source, with: "source: {url: \"https://localhost:9/things.jsonl\"}")
    )
    let outcome = try workshop.run(
      "build", "recipe.yaml", "--output", "out", environment: ["TMPDIR": "/no/such/folder"])
    #expect(outcome.status == 2, "\(outcome)")
    #expect(
      outcome.errors.contains("cannot make a file in '/no/such/folder': no such file or directory"),
      "\(outcome)")
  }
}
