import Bytes
import Records
import Templates

/// A template in all environments: read, compiled with and without a schema, printed, and run over records
/// given as dictionaries and packed.
struct TemplateCheck {
  private let source: TemplateSource
  private let records: [ValueDictionary]
  private let limits: RenderLimits
  private let key = SeedKey(seed: 1)

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
      try runPacked(record, environment, result, &outcome)
    }
  }

  private func runPacked(
    _ record: ValueDictionary, _ environment: TemplateEnvironment, _ expected: String,
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
      return "\(error.kind): \(error)"
    }
    let ranges = [example.input] + example.targets + example.choices
    let (count, invalid) = example.text.withBytes { ($0.count, UTF8Check($0).invalid) }
    if let invalid { throw Violation("the output is no UTF-8 at byte \(invalid): \(example.text.text)") }
    guard ranges.allSatisfy({ $0.lowerBound >= 0 && $0.upperBound <= count }) else {
      throw Violation("ranges beyond the text's \(count) bytes: \(ranges)")
    }
    return "\(example.inputText) ||| \(example.targetTexts) \(example.hasChoices) \(example.choiceTexts)"
  }
}
