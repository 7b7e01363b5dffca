import Bytes
import Records
import Templates
import Testing

@Suite struct RenderTests {
  private static func compile(
    _ jinja: String, choices: String? = nil, fields: [String]? = nil,
    environment: TemplateEnvironment = .promptsource, limits: RenderLimits = RenderLimits(),
    id: String = "template"
  ) throws -> Renderer {
    let source = TemplateSource(
      id: id, name: "name", jinja: jinja, answerChoices: choices, location: SourceLocation(path: "test"))
    return Renderer(
      try CompiledTemplate.compile(
        source, schema: fields.map { Schema(fields: $0) }, environment: environment, limits: limits))
  }

  private static func texts(
    _ renderer: Renderer, _ variables: ValueDictionary, key: SeedKey = SeedKey(seed: 0)
  ) throws -> [String] {
    var example = RenderedExample()
    try renderer.render(variables, key: key, into: &example)
    return [example.inputText] + example.targetTexts
  }

  // MARK: Packed records

  static let values: [(String, Value)] = [
    ("text", .string("a ||| b é")), ("number", .integer(-7)), ("real", .number(2.5)),
    ("flag", .boolean(true)),
    ("none", .null), ("list", .list([.integer(1), .string("x"), .list([])])),
    ("dictionary", .dictionary(ValueDictionary([("k", .string("v")), ("n", .null)]))),
    ("big", .bigInteger("123456789012345678901234567890")),
  ]

  @Test func packedRecordsRenderAsDictionariesDo() throws {
    let fields = Self.values.map(\.0)
    let jinja =
      fields.map { "{{ \($0) }},{{ \($0) | string | length }};" }.joined()
      + "{{ list[1] }}{{ dictionary.k }} ||| x"
    let schema = Schema(fields: fields)
    var packed = ByteBuffer()
    PackedRecord.append(Record(values: Self.values.map(\.1)), schema: schema, to: &packed)
    let renderer = try Self.compile(jinja, fields: fields)
    var fromPacked = RenderedExample()
    try packed.withBytes { (bytes) throws(RenderFailure) in
      let record = PackedRecord(bytes: bytes, fieldCount: fields.count)
      try renderer.render(record, key: SeedKey(seed: 1), into: &fromPacked)
    }
    let fromDictionary = try Self.texts(try Self.compile(jinja), ValueDictionary(Self.values))
    #expect(fromPacked.inputText == fromDictionary[0])
    // Printed by Python: str() of each value, lengths in code points ('|||' counts as its stand-in of 32).
    #expect(
      fromPacked.inputText
        == "a ||| b é,38;-7,2;2.5,3;True,4;None,4;[1, 'x', []],12;{'k': 'v', 'n': None},21;"
        + "123456789012345678901234567890,30;xv")
  }

  @Test func buffersAreUsedAgain() throws {
    let renderer = try Self.compile("{{ x }} ||| {{ answer_choices[1] }}", choices: "no ||| yes {{ x }}")
    var example = RenderedExample()
    for x in ["first", "second", ""] {
      try renderer.render(ValueDictionary([("x", .string(x))]), key: SeedKey(seed: 0), into: &example)
      #expect(example.inputText == x)
      #expect(example.targetTexts == [x.isEmpty ? "yes" : "yes \(x)"])
      #expect(example.choiceTexts == ["no", x.isEmpty ? "yes" : "yes \(x)"])
    }
  }

  @Test func severalTargetsAndNone() throws {
    #expect(try Self.texts(try Self.compile("a ||| b ||| c "), ValueDictionary()) == ["a", "b", "c"])
    #expect(try Self.texts(try Self.compile("a"), ValueDictionary()) == ["a"])
    #expect(try Self.texts(try Self.compile("a|||"), ValueDictionary()) == ["a", ""])
    // A list in a field is not protected in PromptSource either.
    let nested = ValueDictionary([("x", .list([.string("p|||q")]))])
    #expect(try Self.texts(try Self.compile("{{ x[0] }}"), nested) == ["p", "q"])
  }

  // MARK: Randomness

  @Test func drawsDependOnSeedRecordTemplateAndOrdinalOnly() throws {
    let jinja = "{% for i in range(20) %}{{ list | choice }}{{ list | random }}{% endfor %} |||"
    let list = ValueDictionary([("list", .list((0..<10).map { Value.integer($0) }))])
    func draw(seed: UInt64, record: String, id: String = "template") throws -> String {
      try Self.texts(try Self.compile(jinja, id: id), list, key: SeedKey(seed: seed).part(record))[0]
    }
    let first = try draw(seed: 1, record: "a")
    #expect(first.count == 40)
    #expect(try draw(seed: 1, record: "a") == first)
    #expect(try draw(seed: 2, record: "a") != first)
    #expect(try draw(seed: 1, record: "b") != first)
    #expect(try draw(seed: 1, record: "a", id: "other") != first)
    // Each draw is its own: 40 draws of ten digits are not all alike.
    #expect(Set(first).count > 4)
    // A renderer that rendered another record before gives the same.
    let renderer = try Self.compile(jinja)
    _ = try Self.texts(renderer, list, key: SeedKey(seed: 9).part("z"))
    #expect(try Self.texts(renderer, list, key: SeedKey(seed: 1).part("a"))[0] == first)
  }

  @Test func choiceAmongConstantsIsMadeOnce() throws {
    let jinja = "{% for i in range(30) %}{{ ['a', 'b', 'c', 'd'] | choice }}{% endfor %}"
    for seed in UInt64(0)..<10 {
      let text = try Self.texts(try Self.compile(jinja), ValueDictionary(), key: SeedKey(seed: seed))[0]
      #expect(text.count == 30 && Set(text).count == 1)
    }
  }

  @Test func shuffleKeepsTheItems() throws {
    let list = ValueDictionary([("list", .list((0..<30).map { Value.integer($0) }))])
    let shuffled = try Self.texts(try Self.compile("{{ list | shuffle | join(' ') }}"), list)[0]
    #expect(shuffled.split(separator: " ").compactMap { Int($0) }.sorted() == Array(0..<30))
    #expect(shuffled != (0..<30).map(String.init).joined(separator: " "))
  }

  // MARK: Limits

  static let hostile: [(String, String)] = [
    (
      "{% for i in range(1000) %}{% for j in range(1000) %}{% for k in range(1000) %}{% endfor %}{% endfor %}"
        + "{% endfor %}", "raise --loop-iterations"
    ),
    ("{% for i in range(100000) %}{{ 'x' * 1000 }}{% endfor %}", "raise --output-bytes"),
    ("{{ range(10 ** 9) | list }}", "raise --range-length"),
    ("{{ 'x' * 10 ** 12 }}", "raise --memory-bytes"),
    ("{{ ['x'] * 10 ** 12 }}", "raise --memory-bytes"),
    ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recurse less"),
    ("{% for i in [[[]]] recursive %}{{ loop([[[]]]) }}{% endfor %}", "recurse less"),
    (
      "{% set ns = namespace(s='xxxxxxxxxx') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
      "raise --memory-bytes"
    ),
    ("{{ 'a' | center(10 ** 11) }}", "raise --memory-bytes"),
    ("{{ '%1000000000000d' % 1 }}", "raise --memory-bytes"),
    ("{% set l = [1] %}{% for i in l %}{% set _ = l.append(i) %}{% endfor %}", "raise --loop-iterations"),
  ]

  @Test(arguments: hostile)
  func hostileTemplatesEndInAnError(_ jinja: String, _ words: String) throws {
    var limits = RenderLimits()
    limits.loopIterations = 100_000
    let renderer = try Self.compile(jinja, limits: limits)
    var example = RenderedExample()
    var failure: RenderFailure?
    do {
      try renderer.render(ValueDictionary(), key: SeedKey(seed: 0), into: &example)
    } catch {
      failure = error
    }
    #expect(failure?.kind == .limit)
    #expect(failure?.message.contains(words) ?? false, "\(failure?.message ?? "no failure")")
  }

  @Test(arguments: [
    String(repeating: "(", count: 100_000), String(repeating: "[", count: 100_000),
    "{{ " + String(repeating: "not ", count: 100_000) + "x }}",
    "{{ " + String(repeating: "-", count: 100_000) + "1 }}",
    String(repeating: "{% if x %}", count: 100_000),
    "{{ " + String(repeating: "a if b else ", count: 100_000),
    "{{ x" + String(repeating: "[x", count: 100_000),
  ])
  func deepNestingIsRefused(_ jinja: String) {
    #expect(throws: Diagnostics.self) {
      try Self.compile(jinja.hasPrefix("{") ? jinja : "{{ \(jinja) }}")
    }
  }

  // MARK: Listing

  @Test func listsTheProgramOneInstructionALine() throws {
    let renderer = try Self.compile(
      "{{ premise }} {% if label %}{{ 1 + 1 }}{% endif %}\n||| {{ answer_choices[label] }}",
      choices: "Yes ||| No",
      fields: ["premise", "label"])
    #expect(
      renderer.template.listing == """
        answer choices: 'Yes', 'No'

        template:
           0  print-field premise
           1  text " "
           2  field label
           3  jump-if-false 6
           4  text "2"
           5  jump 6
           6  text "\\n||| "
           7  field label
           8  item-of list of 2
           9  print
          10  finish

        """)
  }
}
