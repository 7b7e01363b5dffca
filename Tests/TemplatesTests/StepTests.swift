import Bytes
import Records
import Templates
import Testing

/// `extract` and `steps` of a template.
@Suite struct StepTests {
  private func load(_ keys: String) throws -> [TemplateSource] {
    let file = try TemporaryFile(
      """
      dataset: sums
      templates:
        a: !Template
          id: a
          name: one
          jinja: "{{ question }} ||| {{ answer }}"
      \(keys)
      """)
    return try TemplateFile.load(file.path)
  }

  private func problems(_ keys: String) -> String {
    do {
      for source in try load(keys) {
        _ = try CompiledTemplate.compile(source, schema: Schema(fields: ["question", "answer", "parts"]))
      }
      return ""
    } catch { return "\(error)" }
  }

  static let good = """
        extract: ["answer: (\\\\w+)", '^(yes|no)']
        steps:
          - name: pieces
            jinja: "Which numbers are in {{ question }}"
          - {name: doubled, for: pieces, jinja: "Twice {{ item }} is"}
          - {name: by_part, for: parts, jinja: "{{ item }}: {{ doubled | length }}"}
          - {name: total, jinja: "{{ doubled | join(' + ') }} || {{ by_part[0] }} ||| {{ question }}"}
    """

  @Test func areRead() throws {
    let source = try #require(try load(Self.good).first)
    #expect(source.extract == ["answer: (\\w+)", "^(yes|no)"])
    #expect(source.steps.map(\.name) == ["pieces", "doubled", "by_part", "total"])
    #expect(source.steps.map(\.loop) == [nil, "pieces", "parts", nil])
    #expect(problems(Self.good) == "")
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    var keys: String
    var message: String
    var testDescription: String { message }
  }

  static let faults = [
    Fault(
      keys: "    extract: '(a'", message: ":7:14: error: malformed pattern '(a': missing closing parenthesis"),
    Fault(keys: "    steps: []", message: ":7:12: error: 'steps' must be a list of steps"),
    Fault(keys: "    steps: [{name: a}]", message: ":7:13: error: missing key 'jinja'"),
    Fault(keys: "    steps: [{name: a b, jinja: x}]", message: "the step 'a b' must be named by letters"),
    Fault(
      keys: "    steps: [{name: a, jinja: x}, {name: a, jinja: y}]",
      message: "the name 'a' is taken; give the step its own"),
    Fault(keys: "    steps: [{name: question, jinja: x}]", message: "the name 'question' is a field's"),
    Fault(
      keys: "    steps: [{name: a, for: parts, jinja: x}]",
      message: "the last step gives the answer and runs once; take 'for' out"),
    Fault(
      keys: "    steps: [{name: a, for: part, jinja: x}, {name: b, jinja: y}]",
      message: "no field and no step before this one is named 'part'; did you mean 'parts'?"),
    Fault(
      keys: "    steps: [{name: a, jinja: '{{ b }}'}, {name: b, jinja: y}]", message: ":7:34: error: "),
    Fault(keys: "    steps: [{name: a, jinja: '{{ item }}'}]", message: ":7:34: error: "),
    Fault(keys: "    steps: [{name: a, jinja: x, loop: y}]", message: "unknown key 'loop'"),
  ]

  @Test(arguments: faults)
  func faultsAreToldAtTheirPlaces(fault: Fault) { #expect(problems(fault.keys).contains(fault.message)) }
}
