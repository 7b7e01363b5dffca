import Bytes
import Records
import Templates
import Testing

/// Templates that once took minutes or memory without end, or trapped.
@Suite struct HostileTemplateTests {
  private static func source(_ jinja: String) -> TemplateSource {
    TemplateSource(id: "id", name: "name", jinja: jinja, location: SourceLocation(path: "test"))
  }

  private static func rendered(
    _ jinja: String, _ record: ValueDictionary = ValueDictionary(),
    environment: TemplateEnvironment = .lmEval
  ) throws -> String {
    let template = try CompiledTemplate.compile(source(jinja), environment: environment)
    var example = RenderedExample()
    try Renderer(template).render(record, key: SeedKey(seed: 0), into: &example)
    return example.inputText
  }

  /// The scalars are Python's for the same literals.
  @Test(.timeLimit(.minutes(1)))
  func namedScalars() throws {
    let names: [(String, String)] = [
      ("BULLET", "\u{2022}"), ("bell", "\u{1F514}"), ("NO-BREAK SPACE", "\u{A0}"),
      ("LATIN SMALL LETTER E WITH ACUTE", "\u{E9}"), ("CJK UNIFIED IDEOGRAPH-4E2D", "\u{4E2D}"),
      ("HANGUL SYLLABLE GA", "\u{AC00}"), ("ZERO WIDTH NO-BREAK SPACE", "\u{FEFF}"),
    ]
    for (name, scalar) in names { #expect(try Self.rendered("{{ '\\N{\(name)}' }}") == scalar, "\(name)") }
    let many = String(repeating: "{{ '\\N{BULLET}' }}", count: 2000)
    #expect(try Self.rendered(many) == String(repeating: "\u{2022}", count: 2000))
    #expect(throws: Diagnostics.self) { try Self.rendered("{{ '\\N{BULET}' }}") }
  }

  /// Python's integers; and a tower of powers, each of which was once computed ahead of time, up to the limit, for
  /// every power above it.
  @Test(.timeLimit(.minutes(1)))
  func powers() throws {
    for record in [ValueDictionary(), ValueDictionary([("n", .integer(65)), ("m", .integer(12))])] {
      let (n, m) = record.keys.isEmpty ? ("65", "12") : ("n", "m")
      #expect(
        try Self.rendered("{{ 7 ** \(n) }} {{ (-3) ** 41 }} {{ \(m) ** 100 }} {{ \(m) ** 1 }}", record)
          == "8538323413450849900970017037940802745289307058918668807 -36472996377170786403 "
          + "828179745220145502584084235957368498016122811853894435464201864103254919330121223037770283296858"
          + "019385573376 12")
    }
    let tower = String(repeating: "**2", count: 200)
    #expect(throws: RenderFailure.self) { try Self.rendered("{{ (122\(tower)) % 7 }}") }
  }

  /// Each machine takes more than 400 KB; where its iterators keep it, so many of them take 4 GB.
  @Test func iteratorsDoNotKeepTheirMachine() async {
    await #expect(processExitsWith: .success) {
      let template = try CompiledTemplate.compile(Self.source("{{ x | unique | list }} ||| b"))
      let record = ValueDictionary([("x", .list([.string("a"), .string("a")]))])
      var example = RenderedExample()
      let before = Self.addressSpace()
      for _ in 0..<9000 {
        try Renderer(template).render(record, key: SeedKey(seed: 0), into: &example)
        #expect(example.inputText == "['a']")
      }
      let folded = String(repeating: "{{ ['a', 'a'] | unique | list }}", count: 1000)
      #expect(try Self.rendered(folded).utf8.count == 5000)
      #expect(before > 0 && Self.addressSpace() - before < 2 << 30)
    }
  }

  /// Compiling these took a time that grew with the square of the template, and with two to the depth of it.
  @Test(.timeLimit(.minutes(1)))
  func compilesSoon() throws {
    let constants = String(repeating: "{{ 31 }}é", count: 20000)
    #expect(try Self.rendered(constants) == String(repeating: "31é", count: 20000))
    let begins = String(repeating: "{% for a in b %}", count: 40)
    let ends = String(repeating: "{% endfor %}", count: 40)
    let schema = Schema(fields: ["b"])
    #expect(throws: Never.self) {
      try CompiledTemplate.compile(Self.source("\(begins)x\(ends) ||| {{ b }}"), schema: schema)
    }
  }

  /// Bytes of memory that the process has asked for, touched or not.
  private static func addressSpace() -> Int {
    var text = ""
    var file = try? ChunkedFile(path: "/proc/self/statm")
    _ = try? file?.next { text = String(decoding: $0, as: UTF8.self) }
    return (text.split(separator: " ").first.flatMap { Int($0) } ?? 0) * 4096
  }

  /// Numbers at the edge of 64 bits; the results are Python's, its own limits aside.
  @Test(arguments: [
    ("{{ 'ab' | truncate(9223372036854775807) }}", "ab"), ("{{ 'ab'.center(-9223372036854775808) }}", "ab"),
    ("{{ 'ab'.ljust(-9223372036854775807 - 1) }}", "ab"), ("{{ 'ab'.zfill(-9223372036854775808) }}", "ab"),
    ("{{ 7 | round(-9223372036854775808) }}", "0"), ("{{ 150 | round(-2) }}", "200"),
    ("{{ 51 | round(-2) }}", "100"), ("{{ 50 | round(-2) }}", "0"), ("{{ 9 | round(-1) }}", "10"),
    ("{{ (5, (6, (7, (8, 9)))) in {(5, (6, (7, (8, 9)))): 1} }}", "True"),
  ])
  func numbersAtTheEdge(jinja: String, expected: String) throws {
    #expect(try Self.rendered(jinja) == expected)
  }

  /// Short templates whose work or result would have no end.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "{{ lipsum(1, false, 0, 9223372036854775807) }}",
      "{{ ('a ' * 100000) | wordwrap(1, true, 'x' * 1000000) }}",
      "{{ ('a' * 100000).translate({97: 'x' * 1000000}) }}",
      "{% set x = 'x' * 10000000 %}{{ ([(x, x)] * 1000) | urlencode }}",
      "{{ ('a' * 100000) | regex_replace('a', 'x' * 1000000) }}",
      "{% set n = namespace(a=[], b=[]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% set n.b = [n.b, n.b] %}"
        + "{% endfor %}{{ n.a == n.b }}",
      "{% set n = namespace(a=(1,)) %}{% for i in range(60) %}{% set n.a = (n.a, n.a) %}{% endfor %}{{ {n.a: 1} }}",
      "{% set n = namespace(a=(1,)) %}{% for i in range(99999) %}{% set n.a = (n.a,) %}{% endfor %}{{ {n.a: 1} }}",
      "{% set n = namespace(a='x') %}{% for i in range(50000) %}{% set n.a = n.a | map('upper') %}{% endfor %}"
        + "{{ n.a | list }}",
      "{{ ([[0] * 100000] * 100000) == ([[0] * 100000] * 100000) }}",
    ])
  func endsAtALimit(jinja: String) throws {
    let failure = #expect(throws: RenderFailure.self) { try Self.rendered(jinja) }
    #expect(failure?.message.isEmpty == false)
  }
}
