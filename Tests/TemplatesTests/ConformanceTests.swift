import Bytes
import Glibc
import JSON
import Records
import Templates
import Testing

/// Renders every vector of a folder and compares with what Jinja2 printed (see the folder's README).
///
/// The folder is `PHRASEBOOK_VECTORS`, else `vectors` in the shared folder beside the repository.
@Suite struct Conformance {
  @Test func rendersAsJinjaDoes() throws {
    guard let folder = Vectors.folder else {
      print("skipped: no ../shared/vectors and no PHRASEBOOK_VECTORS")
      return
    }
    var tally = ConformanceTally()
    for file in try Vectors.files(in: folder) {
      let parser = try JSONParser()
      try JSONLines.read(file) { bytes, line in
        let vector = try Vector(try parser.parse(bytes, path: file, line: line))
        tally.note(vector, difference: vector.difference())
      }
    }
    tally.report()
    #expect(tally.total > 0, "no vectors under \(folder)")
    #expect(tally.failures.isEmpty)
  }
}

enum Vectors {
  static var folder: String? {
    if let given = getenv("PHRASEBOOK_VECTORS") { return String(cString: given) }
    let shared = getenv("PHRASEBOOK_SHARED").map { String(cString: $0) } ?? "../shared"
    return fileExists(shared + "/vectors") ? shared + "/vectors" : nil
  }

  static func files(in folder: String) throws -> [String] {
    var files: [String] = []
    for name in try namesInFolder(folder) {
      let path = folder + "/" + name
      if name.hasSuffix(".jsonl") {
        files.append(path)
      } else if let inner = try? Self.files(in: path) {
        files += inner
      }
    }
    return files
  }
}

/// One line of a vector file.
struct Vector {
  var id: String
  var environment: TemplateEnvironment
  var source: TemplateSource
  var record: ValueDictionary
  var expected: ValueDictionary?
  var expectedAny: [Value] = []

  struct Malformed: Error {}

  init(_ value: Value) throws {
    guard case .dictionary(let fields) = value, case .string(let id)? = fields["id"],
      case .string(let name)? = fields["environment"], let environment = TemplateEnvironment(rawValue: name),
      case .string(let template)? = fields["template"], case .dictionary(let record)? = fields["record"]
    else { throw Malformed() }
    self.id = id
    self.environment = environment
    self.record = record
    source = TemplateSource(id: id, name: id, jinja: template, location: SourceLocation(path: id))
    if case .string(let choices)? = fields["answer_choices"] { source.answerChoices = choices }
    if case .dictionary(let expected)? = fields["expected"] { self.expected = expected }
    if case .list(let any)? = fields["expected_any"] { expectedAny = any }
  }

  /// What came out in the form of `expected`.
  func rendered() -> (result: ValueDictionary, message: String) {
    let template: CompiledTemplate
    do {
      template = try CompiledTemplate.compile(source, environment: environment)
    } catch {
      return (ValueDictionary([("error", .string("syntax"))]), "\(error)")
    }
    var example = RenderedExample()
    do {
      try Renderer(template).render(record, key: SeedKey(seed: 1).part(id), into: &example)
    } catch {
      return (ValueDictionary([("error", .string(error.kind.rawValue))]), "\(error)")
    }
    guard environment == .promptsource else {
      return (ValueDictionary([("text", .string(example.inputText))]), "")
    }
    let choices: Value = example.hasChoices ? .list(example.choiceTexts.map(Value.string)) : .null
    return (
      ValueDictionary([
        ("input", .string(example.inputText)), ("targets", .list(example.targetTexts.map(Value.string))),
        ("choices", choices),
      ]), ""
    )
  }

  /// nil when the rendering is right.
  func difference() -> String? {
    let (result, message) = rendered()
    if !expectedAny.isEmpty {
      if expectedAny.contains(.dictionary(result)) { return nil }
      return "got \(JSONText.line(.dictionary(result))) \(message)\n  none of \(expectedAny.count)"
    }
    var wanted = expected ?? ValueDictionary()
    wanted["literal"] = nil
    if Value.dictionary(result) == .dictionary(wanted) { return nil }
    return
      "got      \(JSONText.line(.dictionary(result))) \(message)\n  expected \(JSONText.line(.dictionary(wanted)))"
  }
}

extension JSONText {
  static func line(_ value: Value) -> String {
    var buffer = ByteBuffer()
    append(value, to: &buffer)
    return buffer.text
  }
}

struct ConformanceTally {
  private var passed: [String: Int] = [:]
  private var totals: [String: Int] = [:]
  private(set) var failures: [String] = []

  var total: Int { totals.values.reduce(0, +) }

  mutating func note(_ vector: Vector, difference: String?) {
    let name = vector.environment.rawValue
    totals[name, default: 0] += 1
    if let difference {
      failures.append("\(name) \(vector.id)\n  \(difference)")
    } else {
      passed[name, default: 0] += 1
    }
  }

  func report() {
    for failure in failures.prefix(getenv("PHRASEBOOK_SHOW_ALL") == nil ? 20 : .max) { print(failure) }
    for name in totals.keys.sorted() {
      print("conformance: \(passed[name] ?? 0) of \(totals[name] ?? 0) \(name)")
    }
    print("conformance: \(total - failures.count) of \(total)")
  }
}
