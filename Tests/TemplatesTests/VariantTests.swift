import Bytes
import Foundation
import Records
import Templates
import Testing

@Suite struct VariantTests {
  static func load(_ variants: String, more: String = "", id: String = "11111111-2222-4333-8444-555555555555")
    throws -> [TemplateSource]
  {
    let lines = variants.split(separator: "\n", omittingEmptySubsequences: false).map { "      " + $0 }
    let file = try TemporaryFile(
      """
      dataset: d
      templates:
        \(id): !Template
          id: \(id)
          name: ask
          answer_choices: a ||| b
      \(more.isEmpty ? "    reference: r" : "    " + more)
          variants: |-
      \(lines.joined(separator: "\n"))

      """)
    return try TemplateFile.load(file.path)
  }

  /// Worked out by hand.
  static let cases: [(String, [String])] = [
    ("no group ||| x", ["no group ||| x"]),
    ("{a|b} ||| x", ["a ||| x", "b ||| x"]),
    ("{a|b}{1|2|3}", ["a1", "a2", "a3", "b1", "b2", "b3"]),
    ("a{ b{ c|}|}.", ["a b c.", "a b.", "a."]),
    ("x{|y}", ["x", "xy"]),
    ("{a|b {c|d} e|f}", ["a", "b c e", "b d e", "f"]),
    (
      #"\{a\|b\} {c\||d\}} \\ \n {e|f}"#,
      [#"{a|b} c| \ \n e"#, #"{a|b} c| \ \n f"#, #"{a|b} d} \ \n e"#, #"{a|b} d} \ \n f"#]
    ),
    ("{{ x }} {a|{{ y }}}", ["{{ x }} a", "{{ x }} {{ y }}"]),
    (#"{{ {"a": {"}}": "|"}} }} {a|b}"#, [#"{{ {"a": {"}}": "|"}} }} a"#, #"{{ {"a": {"}}": "|"}} }} b"#]),
    (
      "{% if x | length > 1 %}{a|b}{% endif %}{# {c|d} #}",
      [
        "{% if x | length > 1 %}a{% endif %}{# {c|d} #}", "{% if x | length > 1 %}b{% endif %}{# {c|d} #}",
      ]
    ),
    (
      "{%- raw -%}{a|b}{{ {% endraw %}{c|d}",
      ["{%- raw -%}{a|b}{{ {% endraw %}c", "{%- raw -%}{a|b}{{ {% endraw %}d"]
    ),
    ("{é|👍}ü", ["éü", "👍ü"]),
    (##"{\%|\#} {a|'}"##, ["% a", "% '", "# a", "# '"]),
  ]

  @Test(arguments: cases) func expands(_ grammar: String, _ expected: [String]) throws {
    let sources = try Self.load(grammar)
    #expect(sources.map(\.jinja) == expected)
    #expect(Set(sources.map(\.id)).count == expected.count)
    for source in sources {
      #expect(
        source.id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil
      )
      #expect(source.name == "ask/" + source.id.prefix(8))
      #expect(source.parent?.name == "ask" && source.answerChoices == "a ||| b" && source.reference == "r")
    }
  }

  /// Grammars made together with the list of what they stand for.
  @Test func expandsRandomGrammars() throws {
    var generator = SeededGenerator(SeedKey(seed: 5))
    var letter = 0
    func word() -> String {
      letter += 1
      return "w\(letter)"
    }
    func sequence(_ depth: Int) -> (String, [String]) {
      let first = word()
      var (text, all) = (first, [first])
      for _ in 0..<Int.random(in: 0...2, using: &generator) {
        let alternatives = (0..<Int.random(in: 2...3, using: &generator)).map { _ in
          depth < 2 ? sequence(depth + 1) : { ($0, [$0]) }(word())
        }
        text += "{" + alternatives.map(\.0).joined(separator: "|") + "}"
        all = all.flatMap { head in alternatives.flatMap(\.1).map { head + $0 } }
      }
      return (text, all)
    }
    var tried = 0
    for _ in 0..<60 {
      let (text, all) = sequence(0)
      guard all.count <= 256 else { continue }
      tried += 1
      #expect(try Self.load(text).map(\.jinja) == all)
    }
    #expect(tried > 20)
  }

  @Test func idsDependOnTheParentAndTheAlternativesTaken() throws {
    func ids(_ grammar: String) throws -> [String: String] {
      let pairs = try Self.load(grammar).map { ($0.jinja, $0.id) }
      return Dictionary(pairs) { first, _ in first }
    }
    let before = try ids("{Name|Give} the {opposite|reverse} ||| x")
    let after = try ids("{Say|Give|Name} the {reverse|opposite|contrary} ||| x")
    #expect(before.count == 4 && after.count == 9)
    for (text, id) in before { #expect(after[text] == id) }
    let nested = try ids("{a {b|c}|d}")
    #expect(try ids("{d|e|a {c|b|f}}")["a b"] == nested["a b"])
    let other = try Self.load("{a|b}", id: "11111111-2222-4333-8444-555555555556").map(\.id)
    #expect(try Set(Self.load("{a|b}").map(\.id)).isDisjoint(with: other))
    // python3: uuid over sha256(b'11111111-2222-4333-8444-555555555555\0a\0'), version 8.
    #expect(try Self.load("{a|b}").first?.id == "d3b3582f-65b4-82eb-b5a7-c51503527f34")
  }

  @Test func aLimitKeepsSome() throws {
    let digits = "{0|1|2|3|4|5|6|7|8|9}"
    let all = "n \(digits)\(digits)\(digits) ||| x"
    let kept = try Self.load(all, more: "limit: 40")
    #expect(kept.count == 40 && Set(kept.map(\.jinja)).count == 40)
    #expect(kept.map(\.jinja) == kept.map(\.jinja).sorted())
    // Spread over all alternatives: of 40 each first digit is expected 4 times.
    let firsts = Dictionary(grouping: kept) { $0.jinja.dropFirst(2).first }
    #expect(firsts.count >= 8 && firsts.values.allSatisfy { $0.count <= 12 })
    let reversed = "{9|8|7|6|5|4|3|2|1|0}"
    let again = try Self.load("n \(reversed)\(digits)\(reversed) ||| x", more: "limit: 40")
    #expect(Set(again.map(\.id)) == Set(kept.map(\.id)))
    #expect(try Self.load("{a|b}", more: "limit: 40").count == 2)
  }

  static let wrong: [(String, String, String)] = [
    (
      "say {a|b", "",
      "9:11: this group is not closed; end it with '}', or write '\\{' for a brace in the text"
    ),
    ("é {a|b} }", "", "9:15: '}' ends no group; write '\\}' for a brace in the text"),
    (
      "x\n  {a}", "",
      "10:9: a group needs two alternatives; write '{…|}' for an optional part, or '\\{' for a brace in the text"
    ),
    ("{a|{{ x }", "", "9:10: this Jinja is not closed"),
    ("{{ x }} {% raw %} {a|b}", "", "9:15: this Jinja is not closed"),
    ("{a|b|a}", "", "8:15: two variants are the same text 'a'; make the alternatives differ"),
    (
      "{a|b}{a|b}{a|b}{a|b}{a|b}{a|b}{a|b}{a|b}{a|b}", "",
      "8:15: the variants are 512; expected 256 at most; take out alternatives, or add 'limit' to keep some of "
        + "them"
    ),
    (
      String(repeating: "{a|b|c|d|e|f|g|h}", count: 40), "limit: 5",
      "8:15: the variants are more than can be counted; expected 65536 at most, of which 'limit' keeps some; take "
        + "out alternatives"
    ),
    (
      String(repeating: "{a|", count: 17) + String(repeating: "}", count: 17), "",
      "9:55: groups stand more than 16 deep; write the phrases out"
    ),
    ("{a|b}", "limit: 0", "7:12: 'limit' must be a whole number from 1 to 1024, found '0'"),
    ("{a|b}", "jinja: x", "7:12: a template has either 'jinja' or 'variants'; take one of them out"),
  ]

  @Test(arguments: wrong) func isToldAtItsPlace(_ grammar: String, _ more: String, _ expected: String) throws
  {
    let error = #expect(throws: Diagnostics.self) { try Self.load(grammar, more: more) }
    let told = error?.list.first.map {
      "\($0.location?.line ?? 0):\($0.location?.column ?? 0): \($0.message)"
    }
    // The grammar begins at line 9, column 7; 'limit' or 'jinja' stands in line 7.
    #expect(told == expected)
  }

  @Test func errorsOfTheTemplateAreToldInTheGrammar() throws {
    let sources = try Self.load("{Say|Name} it:\n{é|} {{ wrod }} {a|b} ||| {{ word }}")
    #expect(sources.count == 8)
    let schema = Schema(fields: ["word"])
    var told: Set<String> = []
    for source in sources {
      let error = #expect(throws: Diagnostics.self) { try CompiledTemplate.compile(source, schema: schema) }
      for problem in error?.list ?? [] {
        told.insert(
          "\(problem.location?.line ?? 0):\(problem.location?.column ?? 0) \(problem.span) \(problem.message)"
        )
      }
    }
    #expect(told == ["10:15 4 unknown field 'wrod'; did you mean 'word'?"])
  }

  /// Every file of the article is read as it stands there.
  @Test func theArticlesFilesAreRead() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let article = try String(
      contentsOfFile: "/\(root)/Sources/Phrasebook/Phrasebook.docc/Templates.md", encoding: .utf8)
    let blocks = article.components(separatedBy: "```yaml\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    #expect(blocks.count == 5)
    var counts: [Int] = []
    for block in blocks {
      let file = try TemporaryFile(block)
      let sources = try TemplateFile.load(file.path)
      for source in sources { _ = try CompiledTemplate.compile(source) }
      counts.append(sources.count)
    }
    // (Name, Give me, Give us, State) × (opposite, reverse form, reverse) × 2, as the article says.
    #expect(counts == [1, 1, 1, 24, 1])
  }
}
