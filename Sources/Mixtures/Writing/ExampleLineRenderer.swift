import Bytes
import JSON
import Records
import Templates

/// Renders examples straight into the lines of a mixture's files (the form of `ExampleLines`); one serves
/// one thread.
struct ExampleLineRenderer: ~Copyable {
  private let plan: MixturePlan
  /// By task and template; made when first needed.
  private var renderers: [[TemplateRenderer?]]
  private var example = RenderedExample()

  init(_ plan: MixturePlan) {
    self.plan = plan
    renderers = plan.tasks.map { Array(repeating: nil, count: $0.task.templates.count) }
  }

  /// Appends one line.
  ///
  /// - Throws: when the record cannot be rendered, or gives an empty input or target.
  mutating func append(
    _ planned: PlannedExample, index: Int, to lines: inout ByteBuffer
  ) throws(Diagnostic) {
    let task = plan.tasks[planned.task].task
    let record = task.store.record(planned.record)
    let id = record.id
    let renderer = renderer(planned)
    // Most templates are written as JSON right away; what is odd about an example shows on the machine.
    if renderer.appendLine(record, index: index, to: &lines) { return }
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
    appendLine(renderer, id, index, target, to: &lines)
  }

  private mutating func renderer(_ planned: PlannedExample) -> TemplateRenderer {
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
    _ renderer: TemplateRenderer, _ record: RecordID, _ index: Int, _ target: Range<Int>,
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
      lines.append("{\"input\":" as StaticString)
      append(example.input)
      lines.append(",\"target\":" as StaticString)
      append(target)
      renderer.appendOrigin(record, index, to: &lines)
      if !example.choices.isEmpty { append(list: example.choices, ",\"choices\":[") }
      if example.targets.count > 1 { append(list: example.targets, ",\"targets\":[") }
      lines.append("}\n" as StaticString)
    }
  }

  private func problem(_ reason: String, _ planned: PlannedExample, _ id: RecordID) -> Diagnostic {
    let task = plan.tasks[planned.task].task
    let source = task.templates[planned.template].source
    return Diagnostic(
      "cannot render an example of task '\(task.name)': template '\(source.name)' (\(source.id)), record "
        + "\(id): \(reason); mend the template, or the record's source", at: source.location)
  }
}
