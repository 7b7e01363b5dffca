import Bytes
import JSON
import Records
import Templates
import Testing

/// Lines of JSON that come from a template's plan hold what the machine renders, which `Conformance` compares
/// with Jinja2.
@Suite struct LineTests {
  /// Texts that are awkward at the ends, in JSON, or beside a divider.
  private static let texts = [
    "plain", "", " ", " both ", "\ttab\n", "\u{A0}wide\u{2003}", "\u{1C}control\u{1F}", "quote\"", "\\",
    "\\n",
    "n", "end\\u0020", "ab\u{1F}", "é", "É", "ß straße", "|", "||", "a|||b", "|||",
    "3ed2dface8203c4c9dfb1a5dc58e41e0", "a.b. c", ".", "\u{0}", "\u{7F}", "日本\u{3000}",
  ]

  /// Templates with a plan, each with the part of the lowering that it is about.
  private static let templates: [(about: String, jinja: String, choices: String?)] = [
    ("a field at each end", "{{ a }} ||| {{ b }}", nil),
    ("literals around", "  \n In: {{ a }}.\n ||| \t{{ b }}!  ", nil),
    ("no divider", "{{ a }}", nil),
    ("three parts", "{{ a }}|||{{ b }}||| c ", nil),
    ("empty parts", "||| {{ a }}", nil),
    ("nothing", "", nil),
    ("blanks only", "  |||  ", nil),
    ("a blank literal between", "{{ a }} {{ b }} ||| x", nil),
    ("choices", "{{ a }} {{ answer_choices | join(', ') }}|||{{ answer_choices[n] }}", "Yes ||| No"),
    ("choices out of range", "x ||| {{ answer_choices[n + 1] }}", "Yes"),
    ("a branch", "{% if n == 1 %}one {{ a }}{% else %}{{ b }} other{% endif %}|||t", nil),
    (
      "dividers in branches", "{% if n == 1 %}{{ a }} ||| {{ b }}{% else %} x ||| y ||| {{ a }}{% endif %}",
      nil
    ),
    ("a divider in one branch", "{{ a }}{% if n %} ||| {{ b }}{% endif %}", nil),
    ("constant branches", "{% if 1 < 2 %}{{ a }}{% else %}{{ missing.x }}{% endif %}|||t", nil),
    ("a loop", "{% for c in answer_choices %}{{ loop.index }}. {{ c }}{{ a }}\n{% endfor %}|||t", "A ||| B"),
    ("loop edges", "{% for c in ['x', 'y'] %}{{ c }}{{ ', ' if not loop.last }}{% endfor %}|||{{ a }}", nil),
    ("an empty loop", "{% for c in [] %}x{% else %}{{ a }}{% endfor %}|||t", nil),
    ("a constant", "{% set k = ['p', 'q'] %}{{ k[0] }} {{ k | length }} {{ a }}|||{{ k[n] }}", nil),
    ("case", "{{ a | lower }}{{ a | upper }}{{ a | capitalize }}{{ a.lower() }}|||{{ b | trim }}", nil),
    ("a slice of no choices", "{{ answer_choices[:-1] | join(', ') }} {{ a }}|||t", nil),
    ("a slice of a number", "{% set k = 7 %}{{ k[:1] }} {{ a }}|||t", nil),
    ("a slice of a text", "{% set k = 'word' %}{{ k[:2] }} {{ a }}|||{{ k[n:] }}", nil),
    ("a nested slice", "{{ (answer_choices or none)[:1] }} {{ a }}|||t", nil),
    ("lengths", "{{ a | length }}, {{ b | count }}|||{{ (a ~ b) | length }}", nil),
    ("replace", "{{ a | replace('.', '') }}{{ a | replace('a', 'bb\"') }}|||{{ b.replace('b', '') }}", nil),
    (
      "split", "{{ a.split(' ') | join(' ') }} {{ a.split('.') | length }}|||{{ a.split('||') | length }}",
      nil
    ),
    ("a drawn text", "{{ ['x ', '  y', '\"z'] | choice }} {{ a }}|||{{ ['1', '2', '3'] | choice }}", nil),
    ("a number", "{{ n }} {{ f }} {{ t }} {{ none }} {{ missing }}|||{{ n + 1 }}", nil),
    ("a list", "{{ l }} {{ l | join('-') }} {{ d.k }} {{ d }}|||{{ l[0] }}", nil),
    ("a filter that fails", "{{ l | int + 'x' }}|||{{ a }}", nil),
    ("a value that is undefined", "{{ missing.part }}|||{{ a }}", nil),
    ("html", "{{ '<b>' }}{{ a | e }}|||{{ b }}", nil),
    ("bars", "{{ a }} | {{ b }}|||t", nil),
    ("four bars", "{{ a }}||||{{ b }}", nil),
    ("a text of bars", "{{ a }}{{ '|' ~ b }}|||t", nil),
    ("the mark itself", "3ed2dface8203c4c9dfb1a5dc58e41e0{{ a }}|||t", nil),
  ]

  private static let numbers: [Value] = [
    .integer(40), .boolean(true), .integer(-1), .null, .number(1), .boolean(false), .integer(28),
    .string("1"),
    .integer(29), .integer(1 << 40),
  ]

  @Test(arguments: templates.indices)
  func planGivesWhatTheMachineGives(_ place: Int) throws {
    let (about, jinja, choices) = Self.templates[place]
    var source = TemplateSource(id: about, name: about, jinja: jinja, location: SourceLocation(path: "t"))
    source.answerChoices = choices
    let template = try CompiledTemplate.compile(source)
    var records: [ValueDictionary] = []
    for (index, a) in Self.texts.enumerated() {
      for b in [Self.texts[(index * 7 + 3) % Self.texts.count], "b"] {
        records.append(record(a: .string(a), b: .string(b), n: .integer(Int64(index % 3))))
      }
      // A field of few values is settled; one of many is not, and looks the same.
      records.append(record(a: .string(a), b: .string("b"), n: Self.numbers[index % Self.numbers.count]))
    }
    records.append(record(a: .integer(7), b: .null, n: .integer(0)))
    records.append(record(a: .list([.string(" x|||")]), b: .number(0.5), n: .integer(1)))
    try expectSameLines(template, records)
  }

  private func record(a: Value, b: Value, n: Value) -> ValueDictionary {
    ValueDictionary([
      ("a", a), ("b", b), ("n", n), ("f", .number(1e22)), ("t", .boolean(true)),
      ("l", .list([.string("u \""), .integer(2)])),
      ("d", .dictionary(ValueDictionary([("k", .string("v\n"))]))),
    ])
  }

  @Test func plansGiveWhatTheMachineGivesForAllVectors() throws {
    guard let folder = Vectors.folder else {
      print("skipped: no ../shared/vectors and no PHRASEBOOK_VECTORS")
      return
    }
    var planned = 0
    for file in try Vectors.files(in: folder) {
      let parser = try JSONParser()
      try JSONLines.read(file) { bytes, line in
        let vector = try Vector(try parser.parse(bytes, path: file, line: line))
        guard let template = try? CompiledTemplate.compile(vector.source, environment: vector.environment)
        else { return }
        if template.hasPlan { planned += 1 }
        try expectSameLines(template, [vector.record])
      }
    }
    print("lines: \(planned) vectors by a plan")
    #expect(planned > 0)
  }

  /// Two templates share what they derive; the second must not see the first one's.
  @Test func templatesOfASetDoNotMix() throws {
    let sources = [
      "{{ a | lower }}|||{{ n }}", "{{ a | upper }}|||{{ n }}", "{{ a | lower }} {{ b }}|||{{ a }}",
    ]
    let templates = try sources.map {
      try CompiledTemplate.compile(
        TemplateSource(id: $0, name: $0, jinja: $0, location: SourceLocation(path: "t")))
    }
    let all = LineRenderer(LineTemplates(templates), seed: 3)
    var expected = ""
    for text in Self.texts {
      let record = record(a: .string(text), b: .string("x"), n: .integer(40))
      try append(record, all)
      for template in templates {
        let alone = LineRenderer(LineTemplates([template]), seed: 3)
        try append(record, alone)
        expected += String(decoding: alone.waiting, as: UTF8.self)
      }
    }
    #expect(String(decoding: all.waiting, as: UTF8.self) == expected)
  }

  @Test(arguments: [
    ("input,targt", "unknown key 'targt'; did you mean 'target'?"), ("", "unknown key ''"),
    ("input,input,target", "the key 'input' is named twice"), ("target,record", "lack 'input'"),
    ("input", "need either 'target'"), ("input,target,targets", "need either 'target'"),
  ])
  func badKeysAreRefused(list: String, reason: String) throws {
    let error = #expect(throws: Diagnostic.self) { try LineKeys(list) }
    #expect(error?.message.contains(reason) == true, "\(String(describing: error))")
  }

  private func append(_ record: ValueDictionary, _ renderer: LineRenderer) throws {
    var packed = ByteBuffer()
    PackedValue.append(.dictionary(record), to: &packed)
    packed.withBytes { bytes in
      if renderer.fields.read(bytes) { renderer.append() }
    }
  }

  private func expectSameLines(_ template: CompiledTemplate, _ records: [ValueDictionary]) throws {
    for keys in ["record,template,input,targets,choices", "target,input", "choices,targets,record,input"] {
      try expectSameLines(template, records, keys)
    }
  }

  private func expectSameLines(
    _ template: CompiledTemplate, _ records: [ValueDictionary], _ list: String
  ) throws {
    let lines = LineRenderer(LineTemplates([template], keys: try LineKeys(list)), seed: 1)
    let keys = list.split(separator: ",").map(String.init) + ["error"]
    let renderer = Renderer(template)
    var example = RenderedExample()
    for record in records {
      lines.removeAll()
      try append(record, lines)
      let id = RecordID(fields: record.keys, values: record.values)
      var expected: [(String, Value)] = [
        ("record", .string(id.description)), ("template", .string(template.source.name)),
      ]
      do throws(RenderFailure) {
        try renderer.render(record, key: SeedKey(seed: 1).part(id.high).part(id.low), into: &example)
        expected += [
          ("input", .string(example.inputText)), ("targets", .list(example.targetTexts.map(Value.string))),
          ("target", example.targetTexts.first.map(Value.string) ?? .null),
          ("choices", example.hasChoices ? .list(example.choiceTexts.map(Value.string)) : .null),
        ]
      } catch {
        expected.append(("error", .string(error.description)))
      }
      let line = String(decoding: lines.waiting, as: UTF8.self)
      let wanted = JSONText.line(.dictionary(ValueDictionary(expected.filter { keys.contains($0.0) }))) + "\n"
      #expect(line == wanted, "\(template.source.name): \(template.source.jinja)")
    }
  }
}
