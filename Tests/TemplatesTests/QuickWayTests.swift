import Bytes
import Records
import Templates
import Testing

/// What the machine has quick ways for, at the edges of these ways; each expectation was printed by Jinja2 3.1.6 on
/// Python 3.11.
@Suite struct QuickWayTests {
  static let jinja: [(String, String)] = [
    (
      "{{ ',a,,b,'.split(',')|length }} {{ ''.split(',') }} {{ 'ab'.split('b') }} {{ 'aébéc'.split('é') }}",
      "5 [''] ['a', ''] ['a', 'b', 'c']"
    ),
    (
      "{{ ('x' * 3000 ~ ' ' ~ 'y' * 3000).split(' ')|map('length')|join(',') }}",
      "3000,3000"
    ),
    (
      "{{ ['b','A','a','B']|sort|join }} {{ ['b','A','a','B']|sort(reverse=true)|join }} {{ ['b','A','a','B']|sort(case_sensitive=true)|join }}",
      "AabB bBAa ABab"
    ),
    (
      "{{ ('the quick brown fox jumps over The lazy dog and runs far away from any other Fox it may have met on its way home to the den'.split(' ')|sort)|join(' ') }}",
      "and any away brown den dog far fox Fox from have home it its jumps lazy may met on other over quick runs the The the to way"
    ),
    (
      "{{ ['a', 1]|sort }}",
      "error: type"
    ),
    (
      "{{ []|sort }}{{ 'cab'|sort|join }}{{ ('b','a')|sort|join }}{{ {'b': 1, 'a': 2}|sort|join }}",
      "[]abcabab"
    ),
    (
      "{{ ['é','E','e','É']|sort|join }} {{ ['ab','a','B','Ab']|unique|sort|join(',') }}",
      "EeéÉ a,ab,B"
    ),
    (
      "{{ ['a','A','b',1,1.0,true,none,'B']|unique|join(',') }} {{ ['a','A']|unique(case_sensitive=true)|join }}",
      "a,b,1,None aA"
    ),
    (
      "{{ [{'n':1,'t':'x'},{'n':1,'t':'y'},{'n':2,'t':'z'}]|unique(attribute='n')|map(attribute='t')|join }}",
      "xz"
    ),
    (
      "{% set u = [3,3,4]|unique %}{{ u|first }}{{ u|list }}{{ u|list }}",
      "3[4][]"
    ),
    (
      "{{ [[1],[1]]|unique|list }}",
      "error: type"
    ),
    (
      "{{ 5|unique|list }}",
      "error: type"
    ),
    (
      "{% macro m(a, b) %}<{{ a }}{{ b }}>{% endmacro %}{{ m(1, 2) }}{{ m(1) }}{{ m(b=3) }}{{ m(*[4, 5]) }}{{ m('&') }}",
      "<12><1><3><45><&>"
    ),
    (
      "{% autoescape true %}{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m('<') }}{{ ['<', m(1)]|join('&') }}{% endautoescape %}",
      "<&lt;>&lt;&amp;<1>"
    ),
    (
      "{% macro m(a) %}{% if a %}{{ a }},{{ m(a - 1) }}{% endif %}{% endmacro %}{{ m(5) }}{{ m(2) ~ '!' }}",
      "5,4,3,2,1,2,1,!"
    ),
    (
      "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}x{% endcall %}{{ m }}",
      "x<Macro 'm'>"
    ),
    (
      "{{ undefined_name(1) }}",
      "error: undefined"
    ),
    (
      "{{ 5(1) }}",
      "error: type"
    ),
    (
      "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}",
      "error: type"
    ),
    (
      "{{ [1, 'a', none, 2.5, [1]]|join('-') }} {{ 'abc'|join('-') }} {{ {'a': 1, 'b': 2}|join }} {{ range(4)|join(',') }}",
      "1-a-None-2.5-[1] a-b-c ab 0,1,2,3"
    ),
    (
      "{{ [1, 2]|join(0) }} {{ [{'a': 1}, {'a': 2}]|join('+', attribute='a') }} {{ [1, 2]|join(d='/') }} {{ nothing|join(',') }}|",
      "102 1+2 1/2 |"
    ),
    (
      "{{ 5|join }}",
      "error: type"
    ),
    (
      "{{ 'a,b'.split(',')|reverse|join(';') }} {{ ('a','b')|reverse|join }} {{ {'a': 1, 'b': 2}|reverse|join }}",
      "b;a ba ba"
    ),
    (
      "{% for x in [1,2,3,4,5,6] if x % 2 %}{{ loop.index }}:{{ x }}{{ loop.last }}{% for y in range(x) if y != 1 %}{{ y }}{{ loop.length }}{% endfor %};{% else %}none{% endfor %}",
      "1:1False01;2:3False0222;3:5True04243444;"
    ),
    (
      "{% for x in ['aaa','b','cccc'] if x|length > 2 %}{{ x }}{% if not loop.last %}, {% endif %}{% else %}none{% endfor %}",
      "aaa, cccc"
    ),
    (
      "{% for x in [1, 0] if 1 / x %}{{ x }}{% endfor %}",
      "error: runtime"
    ),
    (
      "{% for a, b in [(1, 2), (3, 4)] if a > 1 %}{{ a }}{{ b }}{% endfor %}",
      "34"
    ),
    (
      "{% macro deep(n) %}{% for x in [n] if n == 0 or deep(n - 1) is string %}{{ x }}{% endfor %}{% endmacro %}{{ deep(4) }}",
      "4"
    ),
    (
      "{{ [1,2,3,4][1:] }}{{ [1,2,3,4][:-1] }}{{ [1,2,3][5:] }}{{ [1,2,3][-9:2] }}{{ [1,2,3][::-1] }}{{ [1,2,3][2:1] }}",
      "[2, 3, 4][1, 2, 3][][1, 2][3, 2, 1][]"
    ),
    (
      "{{ [1,2,3][0] }}{{ [1,2,3][-1] }}{{ [1][3] }}{{ [1,2,3][true] }}{{ (1,2)[1] }}",
      "1322"
    ),
    (
      "{{ 9223372036854775807 + 1 }} {{ -9223372036854775807 - 2 }} {{ 1 - 5 }} {{ true + 1 }} {{ 'a' + 'b' }} {{ [1] + [2] }}",
      "9223372036854775808 -9223372036854775809 -4 2 ab [1, 2]"
    ),
    (
      "{% set ns = namespace(a=1, b='x') %}{% set ns.a = ns.a + 1 %}{% set ns.c = ns.b ~ ns.a %}{{ ns.a }}{{ ns.b }}{{ ns.c }}{{ ns.d }}",
      "2xx2"
    ),
    (
      "{{ {'a1':1,'a2':2,'a3':3,'a4':4,'a5':5,'a6':6,'a7':7,'a8':8,'a9':9}.a9 }}{{ {'a':1}.b }}{{ {1:2}['1'] }}{{ {1:2}[1.0] }}{{ {'items':3}['items'] }}",
      "923"
    ),
    (
      "{{ [{'a': {'b': 1}}, {'a': {'b': 0}}]|map(attribute='a.b')|join(',') }} {{ [{'a': 1}, {}]|map(attribute='a', default=7)|join(',') }} {{ [{'a': 1}, {}]|selectattr('a')|list|length }} {{ [{'a': 1}, {}]|rejectattr('a')|list|length }} {{ [0, 1, '']|select|list }}",
      "1,0 1,7 1 1 [1]"
    ),
    (
      "{% set l = [[1, 2], [3]] %}{{ l|map('join', '-')|join(';') }} {{ l|map('first')|join }}",
      "1-2;3 13"
    ),
    (
      "{{ ('a' ~ ('b' ~ 1)) ~ [('c' ~ 2)|upper, 'd']|join('x' ~ 'y') }}",
      "ab1C2xyd"
    ),
  ]

  @Test(arguments: Self.jinja) func rendersAsJinjaDoes(template: String, expected: String) throws {
    let source = TemplateSource(
      id: "t", name: "t", jinja: template, answerChoices: nil, location: SourceLocation(path: "test"))
    let renderer = Renderer(try CompiledTemplate.compile(source, environment: .jinja))
    var example = RenderedExample()
    do {
      try renderer.render(ValueDictionary([]), key: SeedKey(seed: 0), into: &example)
    } catch {
      #expect("error: \(error.kind.rawValue)" == expected, "\(error)")
      return
    }
    #expect(example.inputText == expected)
  }

  /// Python: [part.strip() for part in text.split("|||")]
  static let divided: [(String, [String])] = [
    ("a|||b|||c|||d|||e|||f|||g|||h|||i", ["a", "b", "c", "d", "e", "f", "g", "h", "i"]),
    (
      "a|||b|||c|||d|||e|||f|||g|||h|||i|||j|||k|||l",
      ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"]
    ),
    ("a||||b", ["a", "|b"]),
    ("a|||||||b", ["a", "", "|b"]),
    ("|||", ["", ""]),
    ("|| |", ["|| |"]),
    ("a ||| \u{A0}b\u{2028}|||\u{3000}", ["a", "b", ""]),
    (
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx|||yyyyyyyyyyyyyyyyyyyyyyyyyyyyy|||z|| |",
      ["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyy", "z|| |"]
    ),
  ]

  /// Bars that only the rendering puts together, alone and behind a divider in a field, which divides nothing.
  @Test(arguments: Self.divided) func dividesAsPromptSourceDoes(text: String, parts: [String]) throws {
    let source = TemplateSource(
      id: "t", name: "t", jinja: "{{ a }}{{ b | replace('_', '|') }}", answerChoices: nil,
      location: SourceLocation(path: "test"))
    let renderer = Renderer(try CompiledTemplate.compile(source, environment: .promptsource))
    var example = RenderedExample()
    for first in ["", "1 ||| 3ed2dface8203c4c9dfb1a5dc58e41e 2"] {
      let record = ValueDictionary([("a", .string(first)), ("b", .string(text.replacing("|", with: "_")))])
      try renderer.render(record, key: SeedKey(seed: 0), into: &example)
      #expect([example.inputText] + example.targetTexts == [first + parts[0]] + parts.dropFirst())
    }
  }
}
