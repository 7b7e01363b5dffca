import Bytes
import Foundation
import Phrasebook
import Records
import Testing

/// The library as another package uses it: `LibraryExample.swift` is the article's example, compiled here.
@Suite struct LibraryTests {
  @Test func theArticleHoldsTheExampleAsItIsCompiled() throws {
    let article = try Repository.text("Sources/Phrasebook/Phrasebook.docc/Library.md")
    let example = try Repository.text("Tests/PhrasebookTests/LibraryExample.swift")
    #expect(article.contains("```swift\n\(example)```\n"), "copy LibraryExample.swift into Library.md")
  }

  @Test func theExampleDoesWhatTheArticleSays() throws {
    #expect(
      try reviewPrompts() == [
        "I would see it again.\nIs this review bad or good? good",
        "The seats were comfortable.\nIs this review bad or good? bad",
      ])
    let told = mistakes()
    #expect(told.count == 2, "\(told)")
    #expect(told.contains { $0.contains("template:1:4: error: unknown field 'txt'; did you mean 'text'?") })
    #expect(told.contains { $0.contains("did you mean 'upper'?") })
    let workshop = try Workshop()
    try workshop.write(
      "templates.yaml",
      """
      dataset: d
      templates:
        a: !Template
          name: a
          jinja: Is {{ x }} {{ ["small", "large"] | choice }}? ||| yes
        b: !Template
          name: b
          variants: "{What|Which} {{ x }}? ||| no"

      """)
    let lines = try renderLines([#"{"x": 1}"#, #"{"x": "a b"}"#], templates: workshop.path("templates.yaml"))
    #expect(lines.count == 6)
    #expect(lines[0] == "Is 1 small?" || lines[0] == "Is 1 large?")
    #expect(Array(lines[4...]) == ["What a b?", "Which a b?"])
  }

  @Test func aTemplateDrawsAsTheCommandDoes() throws {
    let workshop = try Workshop()
    let jinja =
      "{{ [1, 2, 3, 4, 5, 6, 7, 8, 9] | choice }}{{ [1, 2, 3, 4, 5, 6, 7, 8, 9] | choice }} ||| {{ x }}"
    try workshop.write(
      "templates.yaml", "dataset: d\ntemplates:\n  draw: !Template\n    name: draw\n    jinja: \"\(jinja)\"\n"
    )
    try workshop.write("records.jsonl", "{\"x\": 5}\n")
    let outcome = try workshop.run(
      "render", "--templates", "templates.yaml", "--records", "records.jsonl", "--seed", "9")
    let rendered = try Template.compile(jinja, name: "draw").render(["x": 5], seed: 9)
    #expect(outcome.output.contains("\"input\":\"\(rendered.input)\",\"targets\":[\"5\"]"), "\(outcome)")
    #expect(rendered.choices == nil)
  }

  @Test func aFilesMistakesAreToldAtOnce() throws {
    let workshop = try Workshop()
    try workshop.write(
      "templates.yaml",
      """
      dataset: d
      templates:
        a: !Template
          name: a
          jinja: "{{ wrod }} ||| x"
        b: !Template
          name: b
          variants: "{a|b} {{ wird }} ||| x"

      """)
    let path = workshop.path("templates.yaml")
    do {
      _ = try Template.load(path, fields: ["word"])
      Issue.record("no error")
    } catch {
      #expect(error.list.map { $0.location?.line } == [5, 8])
    }
  }
}
