import Bytes
import Dispatch
import JSON
import Records
import Synchronization
import Templates

/// Records on their way through templates: gathered until there is work for every thread, rendered side by
/// side, and given out in the order in which they came.
struct RenderBatch {
  enum Item: Sendable {
    /// A line of JSON, to be parsed where it is rendered.
    case line([UInt8], number: Int)
    /// A packed record of the schema that the templates were compiled for.
    case packed([UInt8], fields: Int)
  }

  private let templates: [CompiledTemplate]
  private let threads: Int
  private let seed: SeedKey
  private let path: String
  private var items: [Item] = []
  /// Records that one thread renders before the results are written.
  private static let share = 512

  init(_ templates: [CompiledTemplate], _ threads: Int, seed: UInt64, path: String) {
    self.templates = templates
    self.threads = threads
    self.seed = SeedKey(seed: seed)
    self.path = path
  }

  mutating func add(_ item: Item, to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
    items.append(item)
    if items.count >= Self.share * threads { try finish(to: sink) }
  }

  /// Renders what is gathered and gives it out.
  mutating func finish(to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
    let work = items
    items.removeAll(keepingCapacity: true)
    let shares = (work.count + Self.share - 1) / Self.share
    let results = Mutex([Result<[UInt8], any Error>?](repeating: nil, count: shares))
    let batch = self
    DispatchQueue.concurrentPerform(iterations: shares) { share in
      let part = work[share * Self.share..<min(work.count, (share + 1) * Self.share)]
      let result = Result { try batch.render(part) }
      results.withLock { $0[share] = result }
    }
    for result in results.withLock({ $0 }) {
      if let lines = try result?.get() { try lines.withUnsafeBytes(sink) }
    }
  }

  private func render(_ part: ArraySlice<Item>) throws -> [UInt8] {
    let renderers = templates.map { Renderer($0) }
    let parser = try JSONParser()
    var example = RenderedExample()
    var out = ByteBuffer(capacity: 1 << 16)
    for item in part {
      switch item {
      case .packed(let bytes, let fields):
        try bytes.withUnsafeBytes { raw in
          let record = PackedRecord(bytes: raw, fieldCount: fields)
          try append(record.id, renderers, &example, &out) { renderer, key, example throws(RenderFailure) in
            try renderer.render(record, key: key, into: &example)
          }
        }
      case .line(let bytes, let number):
        let variables = try bytes.withUnsafeBytes { try self.variables($0, parser, number) }
        let id = RecordID(fields: variables.keys, values: variables.values)
        try append(id, renderers, &example, &out) { renderer, key, example throws(RenderFailure) in
          try renderer.render(variables, key: key, into: &example)
        }
      }
    }
    return out.withBytes { Array($0) }
  }

  private func variables(
    _ line: UnsafeRawBufferPointer, _ parser: JSONParser, _ number: Int
  ) throws -> ValueDictionary {
    let value = try parser.parse(line, path: path, line: number)
    guard case .dictionary(let variables) = value else {
      throw Diagnostic(
        "a record must be a JSON object, found a \(value.kind)", at: SourceLocation(path: path, line: number))
    }
    return variables
  }

  private func append(
    _ id: RecordID, _ renderers: [Renderer], _ example: inout RenderedExample, _ out: inout ByteBuffer,
    _ render: (Renderer, SeedKey, inout RenderedExample) throws(RenderFailure) -> Void
  ) throws {
    let name = id.description
    let key = seed.part(id.high).part(id.low)
    for renderer in renderers {
      out.append("{\"record\":\"" as StaticString)
      out.append(name)
      out.append("\",\"template\":" as StaticString)
      JSONText.appendString(renderer.template.source.name, to: &out)
      do throws(RenderFailure) {
        try render(renderer, key, &example)
        Self.append(example, to: &out)
      } catch {
        out.append(",\"error\":" as StaticString)
        JSONText.appendString(error.description, to: &out)
      }
      out.append("}\n" as StaticString)
    }
  }

  private static func append(_ example: borrowing RenderedExample, to out: inout ByteBuffer) {
    out.append(",\"input\":" as StaticString)
    append(example, example.input, to: &out)
    out.append(",\"targets\":" as StaticString)
    append(example, example.targets, to: &out)
    out.append(",\"choices\":" as StaticString)
    if example.hasChoices {
      append(example, example.choices, to: &out)
    } else {
      out.append("null" as StaticString)
    }
  }

  private static func append(
    _ example: borrowing RenderedExample, _ ranges: [Range<Int>], to out: inout ByteBuffer
  ) {
    out.append(UInt8(ascii: "["))
    for (place, range) in ranges.enumerated() {
      if place > 0 { out.append(UInt8(ascii: ",")) }
      append(example, range, to: &out)
    }
    out.append(UInt8(ascii: "]"))
  }

  private static func append(
    _ example: borrowing RenderedExample, _ range: Range<Int>, to out: inout ByteBuffer
  ) {
    example.text.withBytes { bytes in
      JSONText.appendString(UnsafeRawBufferPointer(rebasing: bytes[range]), to: &out)
    }
  }
}
