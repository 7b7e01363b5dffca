import Bytes
import JSON
import Records
import Templates

/// What stands in the place of a record's texts in a prompt that shall say nothing (Zhao et al. 2021).
package enum ContentFreeInput: String, Sendable, Hashable, CaseIterable {
  case notAvailable = "N/A"
  case empty = ""
  case mask = "[MASK]"

  static let all = Self.allCases
}

/// One of the content-free prompts of a template.
package struct ContentFreePlace: Sendable, Hashable {
  package var input: ContentFreeInput
  /// The first of the records whose examples the template makes: most templates give the same prompt for all.
  package var first: Int
}

/// The records of a task with a content-free text in place of the texts that a template shows.
///
/// Replaced are text fields that are put out in the input. Fields that the answer choices are made of stay, as
/// do those that are only asked about in conditions or stand in the target alone: labels, most of them.
final class ContentFreeRecords {
  private let schema: Schema
  private let shown: [Int]
  private var packed = ByteBuffer()

  init(_ template: CompiledTemplate, schema: Schema) {
    self.schema = schema
    var names: Set<[UInt8]> = []
    for piece in TemplateAnatomy(template.source, environment: template.environment).ways.flatMap(\.input) {
      for field in piece.output?.fields ?? [] { names.insert(Array(field.utf8)) }
    }
    for use in TemplateAnatomy.ofChoices(template.source)?.fields ?? [] { names.remove(Array(use.name.utf8)) }
    shown = schema.fields.indices.filter { names.contains(Array(schema.fields[$0].utf8)) }
  }

  /// Gives the record with its texts replaced to `body`; false, without a call, where it shows no text.
  func replace(
    _ record: PackedRecord, with input: ContentFreeInput,
    _ body: (PackedRecord) throws(RenderFailure) -> Void
  ) throws(RenderFailure) -> Bool {
    var values = schema.fields.indices.map { record.value($0) }
    var isChanged = false
    for place in shown {
      guard case .string = values[place] else { continue }
      values[place] = .string(input.rawValue)
      isChanged = true
    }
    guard isChanged else { return false }
    packed.removeAll()
    PackedRecord.append(Record(values: values), schema: schema, to: &packed)
    // Safe: `packed` is not touched before the body has returned.
    let bytes = packed.withBytes { $0 }
    try body(PackedRecord(bytes: bytes, fieldCount: schema.fields.count))
    return true
  }
}

extension ExampleLineRenderer {
  /// Appends the line of a content-free prompt; nothing where it is that of the template's first record, where
  /// the record shows no text, and where the template cannot render it.
  mutating func appendContentFree(
    _ planned: PlannedExample, _ place: ContentFreePlace, to lines: inout ByteBuffer
  ) {
    guard let text = contentFreeText(planned, place.input) else { return }
    if planned.record != place.first {
      var first = planned
      first.record = place.first
      let key = ContentFreeKey(task: planned.task, template: planned.template, input: place.input)
      let known = firstTexts[key] ?? contentFreeText(first, place.input)
      firstTexts[key] = .some(known)
      if known == text { return }
    }
    let store = plan.tasks[planned.task].task.store
    lines.append("{" as StaticString)
    lines.append(renderer(planned).origin)
    if planned.record == place.first {
      lines.append("null" as StaticString)
    } else {
      JSONText.appendString(store.record(planned.record).id.description, to: &lines)
    }
    lines.append(text)
    lines.append("}\n" as StaticString)
  }

  /// `,"content":…,"input":…,"choices":[…]`; nil where there is none.
  private mutating func contentFreeText(_ planned: PlannedExample, _ input: ContentFreeInput) -> [UInt8]? {
    let task = plan.tasks[planned.task].task
    let renderer = renderer(planned)
    let record = task.store.record(planned.record)
    let key = plan.seeds.rendering(record.id)
    var isRendered = false
    do throws(RenderFailure) {
      isRendered = try renderer.contentFree.replace(record, with: input) { (blank) throws(RenderFailure) in
        try renderer.machine.render(blank, key: key, into: &example)
      }
    } catch { return nil }
    guard isRendered else { return nil }
    var text = ByteBuffer()
    text.append(",\"content\":" as StaticString)
    JSONText.appendString(input.rawValue, to: &text)
    text.append(",\"input\":" as StaticString)
    JSONText.appendString(example.inputText, to: &text)
    if !example.choices.isEmpty {
      text.append(",\"choices\":" as StaticString)
      JSONText.append(.list(example.choiceTexts.map(Value.string)), to: &text)
    }
    return text.withBytes { Array($0) }
  }
}

/// What the prompts of a template's first record are remembered by.
struct ContentFreeKey: Hashable {
  var task: Int
  var template: Int
  var input: ContentFreeInput
}
