import Bytes
import JSON
import Records
import Templates

/// A template in all environments: read, compiled with and without a schema, printed, and run over records
/// given as dictionaries and packed.
struct TemplateCheck {
  private let source: TemplateSource
  private let records: [ValueDictionary]
  private let limits: RenderLimits

  init(_ source: TemplateSource, _ records: [ValueDictionary], limits: RenderLimits) {
    self.source = source
    self.records = records
    self.limits = limits
  }

  func run(_ outcome: inout Outcome) throws {
    outcome.note("\(outline(of: source.jinja))")
    for environment in TemplateEnvironment.named { try run(environment, &outcome) }
  }

  private func run(_ environment: TemplateEnvironment, _ outcome: inout Outcome) throws {
    guard let free = try compiled(nil, environment, &outcome) else {
      for record in records.prefix(1)
      where try compiled(Schema(fields: record.keys), environment, &outcome) != nil {
        throw Violation("\(environment): compiles with a schema and not without")
      }
      return
    }
    let renderer = Renderer(free)
    for record in records {
      let id = RecordID(fields: record.keys, values: record.values)
      let key = SeedKey(seed: 1).part(id.high).part(id.low)
      let result = try rendered { example throws(RenderFailure) in
        try renderer.render(record, key: key, into: &example)
      }
      outcome.note(result)
      let again = try rendered { example throws(RenderFailure) in
        try renderer.render(record, key: key, into: &example)
      }
      guard again.utf8.elementsEqual(result.utf8) else {
        throw Violation("\(environment): first \(result), then \(again)")
      }
      try runPacked(record, environment, key, result, &outcome)
      try runLine(record, free, result)
    }
  }

  private func runPacked(
    _ record: ValueDictionary, _ environment: TemplateEnvironment, _ key: SeedKey, _ expected: String,
    _ outcome: inout Outcome
  ) throws {
    let schema = Schema(fields: record.keys)
    guard let checked = try compiled(schema, environment, &outcome) else { return }
    let renderer = Renderer(checked)
    var packed = ByteBuffer()
    PackedRecord.append(Record(values: record.values), schema: schema, to: &packed)
    let bytes = packed.withBytes { Array($0) }
    let result = try rendered { example throws(RenderFailure) in
      var failure: RenderFailure?
      bytes.withUnsafeBytes { raw in
        do throws(RenderFailure) {
          try renderer.render(
            PackedRecord(bytes: raw, fieldCount: schema.fields.count), key: key, into: &example)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
    guard result.utf8.elementsEqual(expected.utf8) else {
      throw Violation("\(environment): from a dictionary \(expected), from a packed record \(result)")
    }
  }

  /// The line of JSON that `phrasebook render` makes of a record, which has ways of its own for many templates.
  private func runLine(_ record: ValueDictionary, _ template: CompiledTemplate, _ expected: String) throws {
    let renderer = LineRenderer(LineTemplates([template]), seed: 1)
    var packed = ByteBuffer()
    PackedValue.append(.dictionary(record), to: &packed)
    // What reads a record may read a little beyond it, as of a parser's buffer.
    let bytes = packed.withBytes { Array($0) } + [UInt8](repeating: 0, count: 64)
    let line = try bytes.withUnsafeBytes { raw -> String in
      guard renderer.fields.read(UnsafeRawBufferPointer(rebasing: raw.dropLast(64))) else {
        throw Violation("the packed record is not read")
      }
      renderer.append()
      renderer.append()
      return String(decoding: renderer.waiting, as: UTF8.self)
    }
    let lines = line.split(separator: "\n")
    guard lines.count == 2, lines[0].utf8.elementsEqual(lines[1].utf8),
      case .dictionary(let example) = try JSONParser().parse(String(lines[0]))
    else { throw Violation("no two equal lines of JSON: \(line)") }
    let result =
      if case .string(let error)? = example["error"] {
        error
      } else if case .string(let input)? = example["input"], case .list(let targets)? = example["targets"],
        let choices = example["choices"]
      {
        Self.text(
          input: input, targets: Self.texts(targets),
          choices: { if case .list(let all) = choices { Self.texts(all) } else { nil } }())
      } else {
        line
      }
    guard result.utf8.elementsEqual(expected.utf8) else {
      throw Violation("\(template.environment): rendered \(expected), as a line \(result)")
    }
  }

  private static func texts(_ values: [Value]) -> [String] {
    values.map { if case .string(let text) = $0 { text } else { "no text" } }
  }

  private static func text(input: String, targets: [String], choices: [String]?) -> String {
    "\(input) ||| \(targets) \(choices ?? ["no choices"])"
  }

  private func compiled(
    _ schema: Schema?, _ environment: TemplateEnvironment, _ outcome: inout Outcome
  ) throws -> CompiledTemplate? {
    do throws(Diagnostics) {
      let template = try CompiledTemplate.compile(
        source, schema: schema, environment: environment, limits: limits)
      outcome.note(template.listing)
      return template
    } catch {
      try outcome.note(error)
      return nil
    }
  }

  /// What a rendering came to, as text.
  private func rendered(
    _ render: (inout RenderedExample) throws(RenderFailure) -> Void
  ) throws -> String {
    var example = RenderedExample()
    do throws(RenderFailure) {
      try render(&example)
    } catch {
      guard !error.message.isEmpty else { throw Violation("a failure without a message: \(error.kind)") }
      return error.description
    }
    let ranges = [example.input] + example.targets + example.choices
    let (count, invalid) = example.text.withBytes { ($0.count, UTF8Check($0).invalid) }
    if let invalid { throw Violation("the output is no UTF-8 at byte \(invalid): \(example.text.text)") }
    guard ranges.allSatisfy({ $0.lowerBound >= 0 && $0.upperBound <= count }) else {
      throw Violation("ranges beyond the text's \(count) bytes: \(ranges)")
    }
    return Self.text(
      input: example.inputText, targets: example.targetTexts,
      choices: example.hasChoices ? example.choiceTexts : nil)
  }
}
