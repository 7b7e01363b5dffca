import Bytes
import Glibc
import JSON
import Records
import Templates

/// Renders the records of one task through one template, for one thread: by the template's plan where it has
/// one, straight into JSON, and by its program.
final class TemplateRenderer {
  let machine: Renderer
  private let line: LineRenderer?
  private let layout: FieldLayout
  private let task: MixtureTask
  /// Made when first needed: most renderers never need it.
  private(set) lazy var contentFree = ContentFreeRecords(machine.template, schema: task.store.schema)
  /// `"task":…,"template":…,"record":`, the same in all lines.
  let origin: [UInt8]
  /// Where in a line of `LineRenderer` stands what the record made.
  private let start: Int

  init(_ task: MixtureTask, _ template: CompiledTemplate, seed: UInt64) {
    self.task = task
    machine = Renderer(template)
    line = template.hasPlan ? LineRenderer(LineTemplates([template]), seed: seed) : nil
    layout = FieldLayout(task.store.schema)
    var name = ByteBuffer()
    JSONText.appendString(template.source.name, to: &name)
    start = 56 + name.count
    var origin = ByteBuffer()
    origin.append("\"task\":" as StaticString)
    JSONText.appendString(task.name, to: &origin)
    origin.append(",\"template\":" as StaticString)
    JSONText.appendString(template.source.id, to: &origin)
    origin.append(",\"record\":" as StaticString)
    self.origin = origin.withBytes { Array($0) }
  }

  /// Appends the example's line; false, with nothing appended, where the plan does not do.
  func appendLine(_ record: PackedRecord, index: Int, to lines: inout ByteBuffer) -> Bool {
    guard let line else { return false }
    line.removeAll()
    line.fields.read(record, layout)
    line.append()
    let made = line.waiting
    guard let parts = RenderedLine(made, from: start) else { return false }
    let size = made.count + origin.count + 98
    lines.appendUninitialized(size) { room in
      guard let base = room.baseAddress, let source = made.baseAddress else { return 0 }
      var count = 0
      func append(_ range: Range<Int>) {
        memcpy(base + count, source + range.lowerBound, range.count)
        count += range.count
      }
      func append(_ text: StaticString) {
        memcpy(base + count, text.utf8Start, text.utf8CodeUnitCount)
        count += text.utf8CodeUnitCount
      }
      append("{\"input\":")
      append(parts.input)
      append(",\"target\":")
      append(parts.target)
      append(",")
      origin.withUnsafeBytes { bytes in
        if let start = bytes.baseAddress { memcpy(base + count, start, bytes.count) }
        count += bytes.count
      }
      // The record's id stands in the rendered line as it is wanted here.
      append("\"")
      append(11..<43)
      append("\",\"index\":")
      count += Self.write(decimal: index, at: base + count)
      if !parts.choices.isEmpty {
        append(",\"choices\":")
        append(parts.choices)
      }
      if !parts.targets.isEmpty {
        append(",\"targets\":")
        append(parts.targets)
      }
      append("}\n")
      return count
    }
    return true
  }

  /// Appends what an example says of where it comes from.
  func appendOrigin(_ record: RecordID, _ index: Int, to lines: inout ByteBuffer) {
    lines.append(UInt8(ascii: ","))
    lines.append(origin)
    lines.append("\"" as StaticString)
    appendHexadecimal(record.high, to: &lines)
    appendHexadecimal(record.low, to: &lines)
    lines.append("\",\"index\":" as StaticString)
    lines.append(decimal: index)
  }

  /// Writes the digits of a number that is not negative; how many they are.
  private static func write(decimal number: Int, at place: UnsafeMutableRawPointer) -> Int {
    var rest = number
    var count = 1
    while rest >= 10 {
      rest /= 10
      count += 1
    }
    rest = number
    for digit in stride(from: count - 1, through: 0, by: -1) {
      place.storeBytes(of: UInt8(truncatingIfNeeded: 48 + rest % 10), toByteOffset: digit, as: UInt8.self)
      rest /= 10
    }
    return count
  }
}

private func appendHexadecimal(_ word: UInt64, to buffer: inout ByteBuffer) {
  buffer.appendUninitialized(16) { room in
    for place in 0..<16 {
      let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * place)) & 15
      room[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
    return 16
  }
}
