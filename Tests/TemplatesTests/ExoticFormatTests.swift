import Bytes
import Records
import Templates
import Testing

/// Formats, methods and filters at their edges; each expectation was printed by Jinja2 3.1.6 on Python 3.11.
@Suite struct ExoticFormatTests {
  static let jinja: [(String, String)] = [
    (#"{{ "%c|%5c|%-3.0c|" % ("é", 65, "x") }}"#, "é|    A|x  |"),
    (#"{{ "%5%" % 1 }}"#, "error: runtime"),
    (#"{{ "%%%d%%" % 5 }}"#, "%5%"),
    (#"{{ "%(a)s %s" % {"a": 1} }}"#, "error: type"),
    (#"{{ "%(a" % 1 }}"#, "error: type"),
    (#"{{ "%hd" % 7 }}"#, "7"),
    (#"{{ "%lld" % 7 }}"#, "error: runtime"),
    (#"{{ "{:.0} {:.2} {:#} {:.0}".format(-2.5, 12.0, 1e300, 0.0) }}"#, "-2e+00 1.2e+01 1.e+300 0e+00"),
    (
      #"{{ "{:*<012.5} {:05} {:0=7} {:^+08}".format("abcdefg", "é", -3, 2.5) }}"#,
      "abcde******* é0000 -000003 00+2.500"
    ),
    (#"{{ "{:z.1f} {:5c}|{:c<3c}".format(-0.01, 65, 66) }}"#, "0.0     A|Bcc"),
    (
      #"{{ "{:_b} {:_x} {:,} {:012,}".format(255, 123456789, 1234567, 1234.5) }}"#,
      "1111_1111 75b_cd15 1,234,567 00,001,234.5"
    ),
    (#"{{ "{:,b}".format(5) }}"#, "error: runtime"),
    (#"{{ "{:_n}".format(5) }}"#, "error: runtime"),
    (#"{{ "{:.2x}".format(5) }}"#, "error: runtime"),
    (#"{{ "{:+c}".format(5) }}"#, "error: runtime"),
    (#"{{ "{:-}".format("a") }}"#, "error: runtime"),
    (#"{{ "{0[a]b}".format({"a": 1}) }}"#, "error: runtime"),
    (#"{{ "{:x}".format([]) }}"#, "error: type"),
    (#"{{ "{[0]}|{.real}".format([7], 8) }}"#, "7|8"),
    (#"{{ ("{[0]}"|safe).format([7]) }}"#, "error: runtime"),
    (#"{{ "ab".format_map(3) }}"#, "ab"),
    (#"{{ "{a}".format_map(3) }}"#, "error: type"),
    (#"{{ "ab".splitlines(none) }}"#, "error: type"),
    (#"{{ "ab".encode(1) }}"#, "error: type"),
    (#"{{ "é".encode("latin-1") }}"#, #"b'\xe9'"#),
    (#"{{ "é".encode("ascii") }}"#, "error: runtime"),
    (#"{{ "a".encode("x") }}"#, "error: runtime"),
    (#"{{ "abc".translate("abc".maketrans("ab", "xy", "c")) }}"#, "xy"),
    (#"{{ "ab".maketrans("a") }}"#, "error: type"),
    (#"{{ "ab".translate("é") }}"#, "ab"),
    (#"{{ [1,[2]]|tojson(indent=-1) }}"#, "[\n1,\n[\n2\n]\n]"),
    (#"{{ "a"|tojson(indent=1.5) }}"#, #""a""#),
    (#"{{ ["b","A","a"]|groupby(none)|map("first")|list }}"#, "['A', 'b']"),
    (#"{{ [2,1].sort(none) }}"#, "error: type"),
    (#"{{ "ẞ".casefold() }}"#, "ss"),
  ]

  static let chat: [(String, String)] = [
    (#"{{ "{0.a}{0.b}|{0[c]}".format({"a": 1}) }}"#, "1|"),
    (#"{{ "{0.__class__}|".format(1) }}"#, "|"),
    (#"{{ "{[0]}".format([7]) }}"#, "error: runtime"),
    (#"{{ "{0.__class__.x}".format(1) }}"#, "error: runtime"),
  ]

  @Test(arguments: Self.jinja) func rendersAsJinjaDoes(template: String, expected: String) throws {
    #expect(try Self.outcome(template, .jinja) == expected)
  }

  @Test(arguments: Self.chat) func rendersAsTheSandboxDoes(template: String, expected: String) throws {
    #expect(try Self.outcome(template, .chat) == expected)
  }

  private static func outcome(_ jinja: String, _ environment: TemplateEnvironment) throws -> String {
    let source = TemplateSource(
      id: "t", name: "t", jinja: jinja, answerChoices: nil, location: SourceLocation(path: "test"))
    let renderer = Renderer(try CompiledTemplate.compile(source, environment: environment))
    var example = RenderedExample()
    do {
      try renderer.render(ValueDictionary([]), key: SeedKey(seed: 0), into: &example)
    } catch {
      return "error: \(error.kind.rawValue)"
    }
    return example.inputText
  }
}
