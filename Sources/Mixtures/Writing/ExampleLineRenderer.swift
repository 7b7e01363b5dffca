import Bytes
import JSON
import Records
import Templates

/// Renders examples straight into the lines of a mixture's files (the form of `ExampleLines`); one serves
/// one thread.
struct ExampleLineRenderer: ~Copyable {
  let plan: MixturePlan
  /// By task and template; made when first needed.
  private var renderers: [[TemplateRenderer?]]
  private let stores: [RecordStore]
  var example = RenderedExample()
  /// The content-free prompts of templates' first records; nil for one that cannot be rendered.
  var firstTexts: [ContentFreeKey: [UInt8]?] = [:]
  /// What stands before the input.
  private var exemplars = ByteBuffer()

  init(_ plan: MixturePlan) {
    self.plan = plan
    stores = plan.tasks.map(\.task.store)
    renderers = plan.tasks.map { Array(repeating: nil, count: $0.task.templates.count) }
  }

  /// Touches what the examples are made from, so that many waits for memory become one.
  ///
  /// - Returns: something that depends on the bytes touched, or the compiler would leave them alone.
  func touch(_ examples: [PlannedExample]) -> UInt64 {
    var sum: UInt64 = 0
    for planned in examples {
      let bytes = stores[planned.task].record(planned.record).bytes
      for place in stride(from: 0, to: min(bytes.count, 512), by: 64) { sum &+= UInt64(bytes[place]) }
    }
    return sum
  }

  /// Appends one line.
  ///
  /// - Throws: when the record cannot be rendered, or gives an empty input or target.
  mutating func append(
    _ planned: PlannedExample, index: Int, to lines: inout ByteBuffer
  ) throws(Diagnostic) {
    if planned.isRecord { return appendRecord(planned, to: &lines) }
    if let content = planned.content { return appendContentFree(planned, content, to: &lines) }
    let record = stores[planned.task].record(planned.record)
    let renderer = renderer(planned)
    // Most templates are written as JSON right away; what is odd about an example shows on the machine.
    if planned.isBare, renderer.appendLine(record, index: index, to: &lines) { return }
    try renderExemplars(of: planned)
    let id = record.id
    do throws(RenderFailure) {
      try renderer.machine.render(record, key: plan.seeds.rendering(id), into: &example)
    } catch {
      throw problem("\(error)", planned, id)
    }
    if isBlank(example.input) { throw problem("the input is empty", planned, id) }
    guard let target = example.targets.first else {
      throw problem("the template gives no target; divide input and target with '|||'", planned, id)
    }
    if isBlank(target) { throw problem("the target is empty", planned, id) }
    appendLine(renderer, planned, id, index, target, to: &lines)
  }

  /// Puts the solved examples that stand before an example into `exemplars`: input, line break, target, blank line.
  private mutating func renderExemplars(of planned: PlannedExample) throws(Diagnostic) {
    exemplars.removeAll()
    let task = plan.tasks[planned.task].task
    for exemplar in planned.exemplars {
      var other = planned
      (other.record, other.template) = (exemplar.record, exemplar.template)
      let record = task.store.record(exemplar.record)
      do throws(RenderFailure) {
        try renderer(other).machine.render(record, key: plan.seeds.rendering(record.id), into: &example)
      } catch {
        throw problem("\(error)", other, record.id)
      }
      guard let target = example.targets.first else {
        throw problem("the template gives no target; divide input and target with '|||'", other, record.id)
      }
      example.text.withBytes { text in
        exemplars.append(UnsafeRawBufferPointer(rebasing: text[example.input]))
        exemplars.append(10)
        exemplars.append(UnsafeRawBufferPointer(rebasing: text[target]))
        exemplars.append("\n\n" as StaticString)
      }
    }
  }

  mutating func renderer(_ planned: PlannedExample) -> TemplateRenderer {
    if let known = renderers[planned.task][planned.template] { return known }
    let task = plan.tasks[planned.task].task
    let made = TemplateRenderer(task, task.templates[planned.template], seed: plan.settings.seed)
    renderers[planned.task][planned.template] = made
    return made
  }

  private func isBlank(_ range: Range<Int>) -> Bool {
    example.text.withBytes { $0[range].allSatisfy { $0 <= 32 } }
  }

  private func appendLine(
    _ renderer: TemplateRenderer, _ planned: PlannedExample, _ record: RecordID, _ index: Int,
    _ target: Range<Int>,
    to lines: inout ByteBuffer
  ) {
    example.text.withBytes { text in
      func append(_ range: Range<Int>) {
        JSONText.appendString(UnsafeRawBufferPointer(rebasing: text[range]), to: &lines)
      }
      func append(list: [Range<Int>], _ key: StaticString) {
        lines.append(key)
        for (place, range) in list.enumerated() {
          if place > 0 { lines.append(UInt8(ascii: ",")) }
          append(range)
        }
        lines.append(UInt8(ascii: "]"))
      }
      lines.append("{\"input\":\"" as StaticString)
      exemplars.withBytes { JSONText.appendEscaped($0, to: &lines) }
      JSONText.appendEscaped(UnsafeRawBufferPointer(rebasing: text[example.input]), to: &lines)
      lines.append("\",\"target\":" as StaticString)
      append(target)
      renderer.appendOrigin(record, index, to: &lines)
      if !example.choices.isEmpty { append(list: example.choices, ",\"choices\":[") }
      if example.targets.count > 1 { append(list: example.targets, ",\"targets\":[") }
      if planned.form != .plain {
        lines.append(",\"form\":\"" as StaticString)
        lines.append(planned.form.rawValue)
        lines.append("\",\"shots\":" as StaticString)
        lines.append(decimal: planned.exemplars.count)
      }
      if let rationale = planned.rationale { appendRationale(planned, rationale, to: &lines) }
      lines.append("}\n" as StaticString)
    }
  }

  /// `{"task","record","fields"}`: what steps are rendered from.
  private func appendRecord(_ planned: PlannedExample, to lines: inout ByteBuffer) {
    let record = stores[planned.task].record(planned.record)
    let names = stores[planned.task].schema.fields
    let fields = ValueDictionary(names.enumerated().map { ($1, record.value($0)) })
    JSONText.append(
      .dictionary(
        ValueDictionary([
          ("task", .string(plan.tasks[planned.task].task.name)), ("record", .string(record.id.description)),
          ("fields", .dictionary(fields)),
        ])), to: &lines)
    lines.append(UInt8(ascii: "\n"))
  }

  /// The reasoning that an exemplar may show; nothing where the record has none.
  private func appendRationale(_ planned: PlannedExample, _ field: Int, to lines: inout ByteBuffer) {
    guard case .string(let text) = stores[planned.task].record(planned.record).value(field), !text.isEmpty
    else { return }
    lines.append(",\"rationale\":" as StaticString)
    JSONText.appendString(text, to: &lines)
  }

  private func problem(_ reason: String, _ planned: PlannedExample, _ id: RecordID) -> Diagnostic {
    let task = plan.tasks[planned.task].task
    let source = task.templates[planned.template].source
    return Diagnostic(
      "cannot render an example of task '\(task.name)': template '\(source.name)' (\(source.id)), record "
        + "\(id): \(reason); mend the template, or the record's source", at: source.location)
  }
}
