import Bytes
import Templates
import Testing

@Suite struct TemplateFileTests {
  @Test func readsPromptSourcesFormat() throws {
    let file = try TemporaryFile(
      """
      dataset: rte
      subset: null
      templates:
        0b: !Template
          answer_choices: Yes ||| No
          id: 0b
          jinja: "{{premise}} ||| {{label}}"
          metadata: !TemplateMetadata
            choices_in_prompt: true
            languages: [en]
            metrics:
            - Accuracy
            original_task: false
          name: second first
          reference: 'from a paper'
        0a: !Template
          answer_choices: null
          id: 0a
          jinja: |-
            {{premise}}
            |||
          metadata: !TemplateMetadata
            choices_in_prompt: null
            languages: null
            metrics: null
            original_task: null
          name: other
          reference: ''

      """)
    let sources = try TemplateFile.load(file.path)
    #expect(sources.map(\.id) == ["0b", "0a"])
    #expect(sources.map(\.name) == ["second first", "other"])
    #expect(sources.map(\.answerChoices) == ["Yes ||| No", nil])
    #expect(sources.map(\.originalTask) == [false, nil])
    #expect(sources.map(\.choicesInPrompt) == [true, false])
    #expect(sources.map(\.metrics) == [["Accuracy"], []])
    #expect(sources.map(\.languages) == [["en"], []])
    #expect(sources.map(\.reference) == ["from a paper", ""])
    #expect(sources.map(\.jinja) == ["{{premise}} ||| {{label}}", "{{premise}}\n|||"])
    #expect(sources[1].location.line == 19)
  }

  @Test func tellsEveryMistakeAtOnce() throws {
    let file = try TemporaryFile(
      """
      templates:
        a: !Template
          id: a
          name: same
          jinja: x ||| y
          refrence: z
        b: !Templat
          id: c
          name: same
          jinja: x
        d: !Template
          name: empty
          jinja: ' '
        e: !Template
          name: none

      """)
    let error = #expect(throws: Diagnostics.self) { try TemplateFile.load(file.path) }
    let messages = error?.list.map { "\($0.location?.line ?? 0): \($0.message)" }
    #expect(
      messages == [
        "6: unknown key 'refrence'; did you mean 'reference'?",
        "7: unknown tag '!Templat'; expected '!Template'",
        "8: the id 'c' differs from the template's key 'b'; make them the same",
        "7: the name 'same' is taken by the template at line 2; give this one its own",
        "13: the template 'empty' is empty; write its text",
        "14: missing key 'jinja'; add it to this mapping",
      ])
  }

  @Test(arguments: [
    ("Say {{ premise }}.", [OutlineSegment.text("Say "), .expression("premise"), .text(".")]),
    ("{% if x %}a{# b #}{{- y | upper -}} c{% endif %}", [.text("a"), .expression("y | upper"), .text("c")]),
    ("{% raw %}{{ x }}{% endraw %}", [.text("{{ x }}")]),
    ("{{ broken", [.text("{{ broken")]),
    (
      "Say {{ x }}\nand {{ broken", [.text("Say "), .expression("x"), .text("\nand "), .text("{{ broken")]
    ),
    ("a {{ 1 § 2 }} b{% if", [.text("a "), .expression("1 § 2"), .text(" b"), .text("{% if")]),
    ("a {# never closed", [.text("a ")]),
    ("a ||| {{answer_choices[label]}}", [.text("a ||| "), .expression("answer_choices[label]")]),
  ])
  func outlinesTextsAndOutputs(_ jinja: String, _ expected: [OutlineSegment]) {
    #expect(outline(of: jinja) == expected)
  }
}
