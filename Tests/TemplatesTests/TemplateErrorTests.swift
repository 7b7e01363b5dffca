import Bytes
import Records
import Templates
import Testing

/// What is told about a wrong template: the whole message, at the place in the YAML file. The places were
/// counted by hand.
@Suite struct TemplateErrorTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// The value of `jinja:`, as YAML writes it (`answer_choices: Yes ||| No` stands before it).
    var jinja: String
    var expected: String
  }

  static let cases = [
    Case(
      testDescription: "unknown fields, in a block scalar, after a character of two bytes",
      jinja: """
        |-
              {{ premise }}

              é "{{ hypotesis }}" {% if labl == 1 %}x{% endif %}
              ||| {{ answer_choices[label] }}
        """,
      expected: """
        FILE:10:13: error: unknown field 'hypotesis'; did you mean 'hypothesis'?
           10 |       é "{{ hypotesis }}" {% if labl == 1 %}x{% endif %}
              |             ^~~~~~~~~
        FILE:10:33: error: unknown field 'labl'; did you mean 'label'?
           10 |       é "{{ hypotesis }}" {% if labl == 1 %}x{% endif %}
              |                                 ^~~~
        """),
    Case(
      testDescription: "an unknown tag, in single quotes with a quote and a folded line",
      jinja: """
        '{{premise}} it''s

              two {% fi %} ||| {{ label }}'
        """,
      expected: """
        FILE:9:14: error: Encountered unknown tag 'fi'.
            9 |       two {% fi %} ||| {{ label }}'
              |              ^~
        """),
    Case(
      testDescription: "an unclosed tag, in a folded block",
      jinja: """
        >-
              one {{ premise }}
              two {% if label %}three

              four ||| five
        """,
      expected: """
        FILE:11:20: error: Unexpected end of template. Jinja was looking for the following tags: 'elif' or \
        'else' or 'endif'. The innermost block that needs to be closed is 'if'.
           11 |       four ||| five
              |                    ^
        """),
    Case(
      testDescription: "no divider",
      jinja: "no {{ premise }} divider",
      expected: """
        FILE:7:12: error: the template 'first' has no '|||'; put it between the input and the target
            7 |     jinja: no {{ premise }} divider
              |            ^
        """),
    Case(
      testDescription: "another template",
      jinja: "no {% include 'x' %} ||| {{ label }}",
      expected: """
        FILE:7:18: error: 'include' is not available: a template stands alone; put the other template's text \
        in its place
            7 |     jinja: no {% include 'x' %} ||| {{ label }}
              |                  ^~~~~~~
        """),
  ]

  @Test(arguments: cases)
  func tellsAtTheTruePlace(_ test: Case) throws {
    let file = try TemporaryFile(
      """
      dataset: none
      templates:
        a: !Template
          id: a
          name: first
          answer_choices: Yes ||| No
          jinja: \(test.jinja)

      """)
    let schema = Schema(fields: ["premise", "hypothesis", "label"])
    let source = try #require(try TemplateFile.load(file.path).first)
    let error = #expect(throws: Diagnostics.self) { try CompiledTemplate.compile(source, schema: schema) }
    let told = error.map { "\($0)" } ?? ""
    #expect(told.split(separator: file.path).joined(separator: "FILE") == test.expected.dropFile())
  }

  @Test func guardedNamesNeedNoField() throws {
    for jinja in [
      "{% if other is defined %}{{ other }}{% endif %}|||", "{{ other | default('x') }}|||",
      "{% set other = 1 %}{{ other }}|||", "{% for other in premise %}{{ other }}{% endfor %}|||",
      "{{ range(3) }}{{ namespace(a=1).a }}|||", "{% macro other() %}x{% endmacro %}{{ other() }}|||",
    ] {
      let source = TemplateSource(id: "a", name: "a", jinja: jinja, location: SourceLocation(path: "a"))
      #expect(throws: Never.self) {
        try CompiledTemplate.compile(source, schema: Schema(fields: ["premise"]))
      }
    }
  }

  @Test func answerChoicesMustBeThere() {
    let source = TemplateSource(
      id: "a", name: "a", jinja: "{{ x }}\n||| {{ answer_choices[x] }}",
      location: SourceLocation(path: "file"))
    let error = #expect(throws: Diagnostics.self) {
      try CompiledTemplate.compile(source, schema: Schema(fields: ["x"]))
    }
    #expect(
      error.map { "\($0)" }
        == """
        file:2:8: error: the template uses 'answer_choices' and has none; add the key answer_choices
            2 | ||| {{ answer_choices[x] }}
              |        ^~~~~~~~~~~~~~
        """)
  }
}

extension String {
  /// The expectation as `FILE` was joined: a text that begins with the path loses it.
  fileprivate func dropFile() -> String { hasPrefix("FILE") ? String(dropFirst(4)) : self }
}
