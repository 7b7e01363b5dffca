import Bytes
import Lint
import Testing

/// Every rule of the source on templates that break it and on near ones that do not.
@Suite struct RuleTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var code: String
    var jinja: String
    var choices: String?
    var metadata = ""
    var testDescription: String { "\(code) \(jinja)" }

    init(_ code: String, _ jinja: String, choices: String? = nil, metadata: String = "") {
      self.code = code
      self.jinja = jinja
      self.choices = choices
      self.metadata = metadata
    }

    var text: String {
      Checks.file([Checks.template("one", jinja, choices: choices, metadata: metadata)])
    }
  }

  static let failing = [
    Case("PB101", "{{ text ||| {{ label }}"),
    Case("PB101", "{{ text | uper }} ||| {{ label }}"),
    Case("PB101", "{% if label %}{{ text | uper }}{% endif %} ||| {{ label }}"),
    Case("PB103", "Is {{ text }} good? {{ label }}"),
    Case("PB103", "{{ text }} ||| ||| {{ label }}"),
    Case("PB103", "{{ text }} |||"),
    Case("PB104", "Is it good or bad? ||| {{ label }}"),
    Case("PB104", "{% set a = 'x' %}Say {{ a }}. ||| {{ label }}"),
    Case("PB104", "Good or bad: {{ answer_choices[0] }}? ||| {{ answer_choices[label] }}", choices: "a|||b"),
    Case("PB105", "Is {{ text }} good? ||| Yes"),
    Case("PB105", "{% if label == 1 %}{{ text }} ||| Yes{% endif %}"),
    Case("PB105", "{{ text }} ||| {{ answer_choices[0] }}", choices: "Yes ||| No"),
    Case("PB106", "Read {{ text }} and {{ answer }}. ||| {{ answer }}"),
    Case("PB106", "{{ a | lower }} or {{ b }}? ||| {{ a|lower }}"),
    Case("PB107", "{{ text }} ||| {{ label }}", choices: "Yes ||| No"),
    Case("PB107", "{{ text }} ||| {% if label == 0 %}Yes{% else %}No{% endif %}", choices: "Yes|||No"),
    Case("PB108", "{{ text }} ||| {{ answer_choices[label] }}"),
    Case("PB108", "{{ text }}: {{ answer_choices | join(', ') }} ||| {{ label }}"),
    Case("PB109", "{{ text }} ||| {{ answer_choices[label] }}", choices: "no ||| not sure ||| yes"),
    Case("PB109", "{{ text }} ||| {{ answer_choices[label] }}", choices: "Sports news ||| sports"),
    Case("PB110", "{{ text }} ||| {{ answer_choices[label] }}", choices: "Yes ||| No ||| no"),
    Case("PB110", "{{ text }} ||| {{ answer_choices[label] }}", choices: "a  b ||| a b"),
    Case("PB111", "{{ text }} Yes or no? ||| {{ answer_choices[label] }}", choices: "No ||| Yes"),
    Case(
      "PB111",
      "{{ text }} (A) {{ answer_choices[1] }} (B) {{ answer_choices[0] }} ||| {{ answer_choices[label] }}",
      choices: "cat ||| dog"),
    Case(
      "PB112", "{{ text }} ||| {{ answer_choices[label] }}", choices: "good ||| bad",
      metadata: "choices_in_prompt: true"),
    Case(
      "PB112", "{{ text }}: {{ answer_choices | join(', ') }} ||| {{ answer_choices[label] }}",
      choices: "good ||| bad", metadata: "choices_in_prompt: false"),
    Case(
      "PB112",
      "{{ text }} {{ answer_choices[:-1] | join(', ') }} or {{ answer_choices[-1] }}? ||| {{ answer_choices[label] }}",
      choices: "good ||| bad", metadata: "choices_in_prompt: false"),
    Case("PB113", "{{ ['a', 'b'] | choice }} {{ text }} ||| {{ label }}"),
    Case("PB113", "{{ [text, label] | random }} ||| {{ label }}"),
    Case("PB115", "{{ text }} ||| {{ label }}", metadata: "metrics: [Accuracy]"),
    Case("PB115", "{{ text }} ||| {{ label }}", metadata: "metrics: [Rogue]"),
    Case("PB115", "{{ text }} ||| {{ label }}", metadata: "metrics: [exact_match]"),
    Case("PB116", "Is {text} good? {{ text }} ||| {{ label }}"),
    Case("PB116", "{{ text }}}} is good? ||| {{ label }}"),
    Case("PB117", "{{ text }}\\nIs it good? ||| {{ label }}"),
    Case("PB117", "{{ text }}nQuestion: good? ||| {{ label }}"),
    Case("PB117", "Read this.n{{ text }} ||| {{ label }}"),
    Case("PB119", "Read:  \n{{ text }} ||| {{ label }}"),
    Case("PB119", "{{ text }}\t\nGood? ||| {{ label }}"),
    Case(
      "PB120",
      "{{ text }} Welche der folgenden Antworten ist für den Text die richtige und wie heißt sie? ||| {{ label }}",
      metadata: "languages: [en]"),
    Case("PB120", "{{ text }} Это хороший отзыв или плохой? ||| {{ label }}", metadata: "languages: [en]"),
    Case("PB122", "{{ text }} ||| {{ label }}", choices: "{{ a }} ||| {{ b }}"),
    Case("PB122", "{{ a }} ||| {{ b }}", choices: "{{ options | join('|||') }}"),
  ]

  static let passing = [
    Case("PB101", "{{ text | upper }} ||| {{ label }}"),
    Case("PB101", "{% for x in list %}{{ x }}{% endfor %} ||| {{ label }}"),
    Case("PB103", "{{ text }} ||| {{ label }}"),
    Case("PB103", "{% if a %}{{ text }} ||| {{ label }}{% endif %}"),
    Case("PB103", "{{ text }} ||| {{ label }} ||| {{ other }}"),
    Case("PB104", "{% set a = text %}Say {{ a }}. ||| {{ label }}"),
    Case("PB104", "{% if label == 0 %}Say no.{% else %}Say yes.{% endif %} ||| {{ label }}"),
    Case(
      "PB104", "Which: {{ answer_choices[0] }}? ||| {{ answer_choices[label] }}",
      choices: "{{ a }} ||| {{ b }}"),
    Case("PB105", "{{ text }} ||| {% if label == 1 %}Yes{% else %}No{% endif %}"),
    Case("PB105", "{{ text }} ||| {{ answer_choices[label] }}", choices: "Yes ||| No"),
    Case("PB106", "{{ a }} or {{ b }}? ||| {% if label == 0 %}{{ a }}{% else %}{{ b }}{% endif %}"),
    Case(
      "PB106",
      "{% if x == 1 %}From {{ a }} ||| {{ b }}{% else %}From {{ b }} ||| {{ a }}{% endif %}"),
    Case(
      "PB106",
      "{% if x == 1 %}From {{ a }}{% else %}From {{ b }}{% endif %} ||| {% if x == 1 %}{{ b }}{% else %}{{ a }}{% endif %}"
    ),
    Case("PB106", "{{ a | lower }}? ||| {{ a | upper }}"),
    Case("PB107", "{{ text }} ||| {{ answer_choices[label] }}", choices: "Yes ||| No"),
    Case(
      "PB107", "{% for c in answer_choices %}{{ c }}{% endfor %}{{ text }} ||| {{ label }}",
      choices: "Yes ||| No"),
    Case("PB108", "{{ text }} ||| {{ answer_choices[label] }}", choices: "Yes ||| No"),
    Case("PB108", "{% set answer_choices = ['a', 'b'] %}{{ text }} ||| {{ answer_choices[label] }}"),
    Case("PB109", "{{ text }} ||| {{ answer_choices[label] }}", choices: "yes ||| no ||| unsure"),
    Case("PB109", "{{ text }} ||| {{ answer_choices[label] }}", choices: "a sport ||| sport"),
    Case("PB110", "{{ text }} ||| {{ answer_choices[label] }}", choices: "Yes ||| No"),
    Case("PB110", "{{ text }} ||| {{ answer_choices[label] }}", choices: "a b ||| ab"),
    Case("PB111", "{{ text }} Yes or no? ||| {{ answer_choices[label] }}", choices: "Yes ||| No"),
    Case(
      "PB111", "No doubt: {{ text }} Is that a yes? ||| {{ answer_choices[label] }}", choices: "Yes ||| No"),
    Case(
      "PB111",
      "{{ text }} (A) {{ answer_choices[0] }} (B) {{ answer_choices[1] }} ||| {{ answer_choices[label] }}",
      choices: "cat ||| dog"),
    Case(
      "PB112", "{{ text }} Good, or bad? ||| {{ answer_choices[label] }}", choices: "good ||| bad",
      metadata: "choices_in_prompt: true"),
    Case(
      "PB112", "{{ text }} {{ options }} ||| {{ correct }}", choices: "A ||| B",
      metadata: "choices_in_prompt: true"),
    Case("PB112", "{{ text }} good or bad? ||| {{ answer_choices[label] }}", choices: "good ||| bad"),
    Case("PB113", "{{ text | first }} ||| {{ label }}"),
    Case("PB113", "A choice at random: {{ text }} ||| {{ label }}"),
    Case(
      "PB115", "{{ text }} ||| {{ answer_choices[0 if label else 1] }}", choices: "Yes ||| No",
      metadata: "metrics: [Accuracy]"),
    Case("PB115", "{{ text }} ||| {{ label }}", metadata: "metrics: [BLEU, ROUGE, Exact Match]"),
    Case("PB116", "{{ '{text}' }} {{ text }} ||| {{ label }}"),
    Case("PB116", "f(x) { return {{ text }}; } ||| {{ label }}"),
    Case("PB117", "C:\\new\\notes {{ text }} ||| {{ label }}"),
    Case("PB117", "The nth word.\nNot this {{ text }} n {{ label }} ||| {{ label }}"),
    Case("PB119", "Read:\n{{ text }}  ||| {{ label }}"),
    Case("PB119", "{{ text }} \n ||| \n {{ label }}"),
    Case(
      "PB120",
      "{{ text }} Welche der folgenden Antworten ist für den Text die richtige und wie heißt sie? ||| {{ label }}",
      metadata: "languages: [de]"),
    Case(
      "PB120", "What does the following German sentence say: {{ text }} (Das ist ein Satz.) ||| {{ label }}",
      metadata: "languages: [en]"),
    Case("PB122", "{{ a }} or {{ answer_choices[1] }}? ||| {{ b }}", choices: "{{ a }} ||| {{ b }}"),
    Case("PB122", "{{ text }} ||| {{ label }}"),
  ]

  @Test(arguments: failing) func finds(_ one: Case) throws {
    let codes = try Checks.codes(one.text)
    #expect(codes.contains(one.code), "\(codes)")
  }

  @Test(arguments: passing) func staysSilent(_ one: Case) throws {
    let findings = try Checks.findings(one.text)
    #expect(!findings.contains { $0.rule.code == one.code }, "\(findings.map(\.diagnostic))")
  }

  @Test func everyRuleOfTheSourceHasTwoCasesEachWay() {
    let elsewhere: Set = ["PB102", "PB114", "PB118", "PB121"]
    for rule in Rule.all where rule.code.hasPrefix("PB1") && !elsewhere.contains(rule.code) {
      #expect(Self.failing.count { $0.code == rule.code } >= 2, "\(rule.code)")
      #expect(Self.passing.count { $0.code == rule.code } >= 2, "\(rule.code)")
    }
  }

  @Test func codesAreUniqueAndInOrder() {
    let codes = Rule.all.map(\.code)
    #expect(Set(codes).count == codes.count)
    for rule in Rule.all {
      #expect(rule.code.wholeMatch(of: /PB[0-3]\d\d/) != nil)
      #expect(Rule.of(code: rule.code.lowercased()) == rule)
      for text in [rule.summary, rule.reason, rule.remedy] { #expect(!text.isEmpty && !text.hasSuffix(".")) }
    }
    #expect(Rule.of(code: "PB999") == nil)
  }
}
