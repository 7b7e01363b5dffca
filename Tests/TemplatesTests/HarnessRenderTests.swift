import Bytes
import JSON
import Records
import Templates
import Testing

/// Target and choices in lm-eval. The expectations follow lm-evaluation-harness 0.4.13 (`ConfigurableTask`'s
/// doc_to_text, doc_to_target and doc_to_choice), run over these cases in Python.
@Suite struct HarnessRenderTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var jinja = "Q: {{ q }}\n"
    var target: String?
    var choices: String?
    var record: String
    var input: String?
    var targets: [String] = []
    var texts: [String] = []
    var error: String?
  }

  static let cases = [
    Case(testDescription: "input only", record: #"{"q": "a"}"#, input: "Q: a\n"),
    Case(
      testDescription: "a field by name", target: "a", record: #"{"q": "x", "a": "y "}"#, input: "Q: x\n",
      targets: ["y "]),
    Case(
      testDescription: "a template", target: " {{ a }}", record: #"{"q": "x", "a": "y"}"#, input: "Q: x\n",
      targets: [" y"]),
    Case(
      testDescription: "a name that is no field is the text", target: "yes", record: #"{"q": "x"}"#,
      input: "Q: x\n", targets: ["yes"]),
    Case(
      testDescription: "a word of the language is the text", target: "not", record: #"{"q": "x"}"#,
      input: "Q: x\n", targets: ["not"]),
    Case(
      testDescription: "a number chooses", target: "{{ a - 1 }}", choices: #"{{ ["no", "yes"] }}"#,
      record: #"{"q": "x", "a": 2}"#, input: "Q: x\n", targets: ["yes"], texts: ["no", "yes"]),
    Case(
      testDescription: "a number without choices is a text", target: "{{ a }}",
      record: #"{"q": "x", "a": 2}"#,
      input: "Q: x\n", targets: ["2"]),
    Case(
      testDescription: "a field's number chooses, its text does not", target: "a",
      choices: #"{{ ["0", "1", "2"] }}"#, record: #"{"q": "x", "a": "1"}"#, input: "Q: x\n", targets: ["1"],
      texts: ["0", "1", "2"]),
    Case(
      testDescription: "true is the second choice", target: "a", choices: "c",
      record: #"{"q": "x", "a": true, "c": ["F", "T"]}"#, input: "Q: x\n", targets: ["T"], texts: ["F", "T"]),
    Case(
      testDescription: "several targets", target: "a", record: #"{"q": "x", "a": ["it's", "\"so\"\n", "é"]}"#,
      input: "Q: x\n", targets: ["it's", "\"so\"\n", "é"]),
    Case(
      testDescription: "several right choices", target: "{{ a }}", choices: "c",
      record: #"{"q": "x", "a": [2, 0], "c": ["p", "q", "r"]}"#, input: "Q: x\n", targets: ["r", "p"],
      texts: ["p", "q", "r"]),
    Case(
      testDescription: "no list after all", target: "[{{ a }}]", record: #"{"q": "x", "a": "b"}"#,
      input: "Q: x\n", targets: ["[b]"]),
    Case(
      testDescription: "the input is a choice", jinja: "{{ a - 1 }}", target: "end", choices: "{{ [b, c] }}",
      record: #"{"a": 2, "b": "one", "c": "two"}"#, input: "two", targets: ["end"], texts: ["one", "two"]),
    Case(
      testDescription: "choices with quotes and escapes", choices: "{{ c }}",
      record: #"{"q": "x", "c": ["a'b", "a\"b", "a'\"b", "\\n\t\u0001", "", "ü"]}"#, input: "Q: x\n",
      texts: ["a'b", "a\"b", "a'\"b", "\\n\t\u{1}", "", "ü"]),
    Case(
      testDescription: "a choice that is not there", target: "a", choices: "{{ ['x'] }}",
      record: #"{"q": "x", "a": 1}"#, error: "IndexError: the target is choice 1, and there are 1 from 0"),
    Case(
      testDescription: "choices that are no list", choices: "yes or no", record: #"{"q": "x"}"#,
      error: "answer_choices must print a list of texts, found 'yes or no'"),
    Case(
      testDescription: "undefined in the target", target: "{{ nothing }}", record: #"{"q": "x"}"#,
      error: "line 1: UndefinedError: 'nothing' is undefined"),
  ]

  @Test(arguments: cases) func completesAsTheHarnessDoes(_ test: Case) throws {
    var source = TemplateSource(
      id: "a", name: "a", jinja: test.jinja, answerChoices: test.choices, location: SourceLocation(path: "a"))
    source.target = test.target
    source.environment = .lmEval
    guard case .dictionary(let record) = try JSONParser().parse(test.record) else { return }
    try expect(test, try CompiledTemplate.compile(source)) { renderer, example throws(RenderFailure) in
      try renderer.render(record, key: SeedKey(seed: 1), into: &example)
    }
    // The same over packed records, whose fields are known beforehand.
    let schema = Schema(fields: record.keys)
    guard test.error == nil else { return }
    var packed = ByteBuffer()
    let whole = Record(values: record.values)
    PackedRecord.append(whole, schema: schema, to: &packed)
    let compiled = try CompiledTemplate.compile(source, schema: schema)
    let bytes = packed.withBytes { Array($0) }
    try bytes.withUnsafeBytes { raw in
      try expect(test, compiled) { renderer, example throws(RenderFailure) in
        try renderer.render(
          PackedRecord(bytes: raw, fieldCount: schema.fields.count), key: SeedKey(seed: 1), into: &example)
      }
    }
  }

  private func expect(
    _ test: Case, _ template: CompiledTemplate,
    _ render: (Renderer, inout RenderedExample) throws(RenderFailure) -> Void
  ) throws {
    var example = RenderedExample()
    do throws(RenderFailure) {
      try render(Renderer(template), &example)
    } catch {
      #expect(error.description == test.error)
      return
    }
    #expect(test.error == nil)
    #expect(example.inputText == test.input)
    #expect(example.targetTexts == test.targets)
    #expect(example.choiceTexts == test.texts)
    #expect(example.hasChoices == (test.choices != nil))
  }

  @Test func targetsOfOtherEnvironmentsStandInTheTemplate() throws {
    let file = try TemporaryFile(
      """
      dataset: d
      environment: lm-evl
      templates:
        a: !Template
          jinja: x ||| y
          name: n
          target: z

      """)
    let error = #expect(throws: Diagnostics.self) { try TemplateFile.load(file.path) }
    #expect(
      error?.list.map { "\($0.location?.line ?? 0): \($0.message)" } == [
        "2: unknown environment 'lm-evl'; did you mean 'lm-eval'?",
        "7: 'target' is for the environment lm-eval; in others the target stands behind '|||' in 'jinja'",
      ])
  }
}
