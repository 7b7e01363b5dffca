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
        FILE:9:14: error: Encountered unknown tag 'fi'; did you mean 'if'?
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
      testDescription: "unknown fields, in a continued double-quoted scalar with an escape",
      jinja: """
        "one \\
              two {{ hypotesis }} \\u00e9 {{ labl }} ||| {{ label }}"
        """,
      expected: """
        FILE:8:14: error: unknown field 'hypotesis'; did you mean 'hypothesis'?
            8 |       two {{ hypotesis }} \\u00e9 {{ labl }} ||| {{ label }}"
              |              ^~~~~~~~~
        FILE:8:37: error: unknown field 'labl'; did you mean 'label'?
            8 |       two {{ hypotesis }} \\u00e9 {{ labl }} ||| {{ label }}"
              |                                     ^~~~
        """),
    Case(
      testDescription: "many mistakes at once",
      jinja: """
        |-
              {{ premise | uper }} {{ premise | replace('a') }}
              {% if premise is odd(1) %}{{ 1 + }}{% endif %}
              {{ range() }} {% for x of label %}{{ x }}{% endfor %} {% iff %} {{ premise }
              ||| {{ label }}
        """,
      expected: """
        FILE:8:20: error: no filter named 'uper'; did you mean 'upper'?
            8 |       {{ premise | uper }} {{ premise | replace('a') }}
              |                    ^~~~
        FILE:8:41: error: the filter 'replace' needs the argument 'new'; give it in parentheses
            8 |       {{ premise | uper }} {{ premise | replace('a') }}
              |                                         ^~~~~~~~~~~~
        FILE:9:24: error: the test 'odd' takes no arguments, found 1; remove what is too much
            9 |       {% if premise is odd(1) %}{{ 1 + }}{% endif %}
              |                        ^~~~~~
        FILE:9:40: error: unexpected 'end of print statement'
            9 |       {% if premise is odd(1) %}{{ 1 + }}{% endif %}
              |                                        ^~
        FILE:10:10: error: the function 'range' needs the argument 'stop'; give it in parentheses
           10 |       {{ range() }} {% for x of label %}{{ x }}{% endfor %} {% iff %} {{ premise }
              |          ^~~~~~~
        FILE:10:30: error: expected token 'in', got 'of'
           10 |       {{ range() }} {% for x of label %}{{ x }}{% endfor %} {% iff %} {{ premise }
              |                              ^~
        FILE:10:64: error: Encountered unknown tag 'iff'; did you mean 'if'?
           10 |       {{ range() }} {% for x of label %}{{ x }}{% endfor %} {% iff %} {{ premise }
              |                                                                ^~~
        FILE:10:82: error: unexpected '}'
           10 |       {{ range() }} {% for x of label %}{{ x }}{% endfor %} {% iff %} {{ premise }
              |                                                                                  ^
        """),
    Case(
      testDescription: "a wrong name of an argument",
      jinja: "Say {{ premise | join(sep=', ') }} ||| {{ label }}",
      expected: """
        FILE:7:38: error: the filter 'join' has no argument 'sep'; expected one of 'd', 'attribute'
            7 |     jinja: Say {{ premise | join(sep=', ') }} ||| {{ label }}
              |                                      ^~~~
        """),
    Case(
      testDescription: "a divider twice",
      jinja: "Say {{ premise }} ||| ||| {{ label }}",
      expected: """
        FILE:7:34: error: '|||' stands here again with nothing since the last one; remove one of them
            7 |     jinja: Say {{ premise }} ||| ||| {{ label }}
              |                                  ^~~
        """),
    Case(
      testDescription: "an empty target on every way",
      jinja: "Say {% if label %}a ||| {% else %}b |||{% endif %}",
      expected: """
        FILE:7:48: error: the target of the template 'first' is empty; write the answer behind '|||'
            7 |     jinja: Say {% if label %}a ||| {% else %}b |||{% endif %}
              |                                                ^~~
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

  @Test func everyTemplateIsTold() {
    let sources = ["{{ a | uper }}|||x", "{{ b }}|||x", "{{ a }}|||x"].enumerated().map { number, jinja in
      TemplateSource(
        id: "\(number)", name: "t\(number)", jinja: jinja, location: SourceLocation(path: "t\(number)"))
    }
    let error = #expect(throws: Diagnostics.self) {
      try CompiledTemplate.compileAll(sources, schema: Schema(fields: ["a"]))
    }
    #expect(
      error?.list.map { "\($0.location?.path ?? ""): \($0.message)" } == [
        "t0: no filter named 'uper'; did you mean 'upper'?", "t1: unknown field 'b'; did you mean 'a'?",
      ])
  }

  /// What Jinja may render is no mistake.
  @Test(arguments: [
    "{{ a }} ||| x ||| y", "{{ a }} ||| {% if a %}x{% endif %}", "{% if a %}b{% else %}c ||| d{% endif %}",
    "{% if a %}b |||{% else %}c{% endif %} ||| d", "{{ a }} ||| {% for x in a %}{{ x }}{% endfor %}",
    "{% set x = '|||' %}{{ a }}{{ x }}", "{% macro m() %}|||{% endmacro %}{{ a }}{{ m() }}{{ a }}",
    "{{ a | replace(*a) }} ||| x", "{{ a | join(**a) }} ||| x", "{{ a is divisibleby(num=2) }} ||| x",
    "{{ range(*a) }} ||| x", "{% set range = a %}{{ range() }} ||| x", "{{ a | map() | list }} ||| x",
    "{{ a | truncate(9, true, '', 0) }} ||| x", "{% filter replace('a', 'b') %}{{ a }}{% endfilter %}|||x",
    "{% if a %}{{ a is test }}{% endif %}{{ a is in([1]) }}{{ a is eq 1 }} ||| x",
    "{% for x in a %}{{ x }} ||| {{ x }}{% endfor %}",
  ])
  func soundTemplatesAreLetThrough(_ jinja: String) {
    let source = TemplateSource(id: "a", name: "a", jinja: jinja, location: SourceLocation(path: "a"))
    #expect(throws: Never.self) { try CompiledTemplate.compile(source, schema: Schema(fields: ["a"])) }
  }

  @Test func guardedNamesNeedNoField() throws {
    for jinja in [
      "{% if other is defined %}{{ other }}{% endif %}||| x", "{{ other | default('x') }}||| x",
      "{% set other = 1 %}{{ other }}||| x", "{% for other in premise %}{{ other }}{% endfor %}||| x",
      "{{ range(3) }}{{ namespace(a=1).a }}||| x", "{% macro other() %}x{% endmacro %}{{ other() }}||| x",
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
