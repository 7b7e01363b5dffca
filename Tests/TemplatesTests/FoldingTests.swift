import Bytes
import Records
import Templates
import Testing

/// What is computed when a template is compiled, seen in its program; and that nothing changes by it.
@Suite struct FoldingTests {
  private static func compile(_ jinja: String, choices: String? = "Yes ||| No") throws -> CompiledTemplate {
    let source = TemplateSource(
      id: "a", name: "a", jinja: jinja, answerChoices: choices, location: SourceLocation(path: "a"))
    return try CompiledTemplate.compile(source)
  }

  private static func render(_ jinja: String, _ record: ValueDictionary = ValueDictionary([])) throws
    -> String
  {
    var example = RenderedExample()
    try Renderer(compile(jinja)).render(record, key: SeedKey(seed: 0), into: &example)
    return ([example.inputText] + example.targetTexts).joined(separator: "|")
  }

  /// A template and the only text that is left of it.
  static let folded = [
    ("{{ answer_choices | join(', ') }} ||| {{ answer_choices[0] | lower }}", "Yes, No ||| yes"),
    ("{{ answer_choices | length }}|||{{ answer_choices | last }}", "2|||No"),
    ("{% if answer_choices | length == 2 %}two{% else %}more{% endif %}|||x", "two|||x"),
    ("{{ 'a' if answer_choices[1] == 'No' else 1 / 0 }}|||x", "a|||x"),
    ("a{% if false %}{{ 1 / 0 }}{{ gone }}{% elif true %}b{% else %}c{% endif %} ||| x", "ab ||| x"),
    ("{% if 1 > 2 %}a{% endif %}{% if 'x' in 'xy' %}b{% endif %}|||c", "b|||c"),
    ("{{ 2 ** 10 }}{{ 'a' ~ 1 }}{{ 'abc'[::-1] | upper }}|||x", "1024a1CBA|||x"),
  ]

  @Test(arguments: folded)
  func leavesOneText(_ jinja: String, _ text: String) throws {
    let program = """
      answer choices: 'Yes', 'No'

      template:
         0  text "\(text)"
         1  finish

      """
    #expect(try Self.compile(jinja).listing == program)
    let parts = text.split(separator: "|||").map { $0.trimmingBlanks() }
    #expect(try Self.render(jinja) == parts.joined(separator: "|"))
  }

  @Test func branchesThatDependStay() throws {
    let jinja = "{% if a %}b{% elif false %}c{% elif true %}d{% else %}e{% endif %}|||{{ answer_choices[a] }}"
    #expect(
      try Self.compile(jinja).listing == """
        answer choices: 'Yes', 'No'

        template:
           0  field a
           1  jump-if-false 4
           2  text "b"
           3  jump 5
           4  text "d"
           5  text "|||"
           6  field a
           7  item-of list of 2
           8  print
           9  finish

        """)
  }

  /// Rendered by Jinja2 3.1.6 as PromptSource does.
  @Test(arguments: [
    ("{% set _ = answer_choices.append('c') %}{{ answer_choices[2] }}{{ answer_choices | length }}", "c3"),
    ("{% set x = answer_choices %}{% set _ = x.pop() %}{{ answer_choices | join(',') }}", "Yes"),
    ("{% set answer_choices = ['q'] %}{{ answer_choices | join }}{{ answer_choices[0] }}", "q" + "q"),
    (
      "{% for answer_choices in ['p'] %}{{ answer_choices | upper }}{% endfor %}{{ answer_choices[0] }}",
      "PYes"
    ),
    ("{% macro m(answer_choices) %}{{ answer_choices | length }}{% endmacro %}{{ m('abc') }}", "3"),
    ("{% if false %}{% set x = 1 %}{% endif %}{{ x is defined }}", "False"),
    ("{% set x = 2 %}{% if false %}{% set x = 1 %}{% endif %}{{ x }}", "2"),
    (
      "{% for i in [1, 2] %}{% if true %}{{ i }}{% else %}{% for j in i %}{% endfor %}{% endif %}{% endfor %}",
      "12"
    ),
    ("{% if a %}{{ 1 // 0 }}{% endif %}{{ 'never' if a else 'b' }}", "b"),
    ("{% if x is defined %}a{% else %}b{% endif %}{{ answer_choices is defined }}", "bTrue"),
    ("{{ false and gone.x.y }}{{ true or gone.x.y }}", "FalseTrue"),
    ("{{ answer_choices | choice in ['Yes', 'No'] }}", "True"),
  ])
  func meansTheSame(_ jinja: String, _ expected: String) throws {
    #expect(try Self.render(jinja) == expected)
  }
}

extension Substring {
  fileprivate func trimmingBlanks() -> String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
