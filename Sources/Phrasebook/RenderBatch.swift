import Bytes
import Dispatch
import Records
import Templates

/// Records of a corpus on their way through templates: gathered until there is work for every thread, rendered
/// side by side, and given out in the order in which they came.
struct RenderBatch: ~Copyable {
  private let threads: [RenderThread]
  private let schema: Schema
  private let layout: FieldLayout
  private var records = ByteBuffer()
  /// Where each record begins.
  private var starts: [Int] = []
  /// Records that one thread renders before the results are written.
  private static let share = 512

  init(_ templates: LineTemplates, _ schema: Schema, seed: UInt64, threads: Int) {
    self.schema = schema
    layout = FieldLayout(schema)
    self.threads = (0..<threads).map { _ in RenderThread(templates, seed: seed) }
  }

  mutating func add(_ record: Record, to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
    starts.append(records.count)
    PackedRecord.append(record, schema: schema, to: &records)
    if starts.count >= Self.share * threads.count { try finish(to: sink) }
  }

  /// Renders what is gathered and gives it out.
  mutating func finish(to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
    let (threads, layout) = (self.threads, self.layout)
    let starts = self.starts + [records.count]
    let count = starts.count - 1
    let fieldCount = schema.fields.count
    // Safe: the bytes are not touched before all threads are done.
    nonisolated(unsafe) let bytes = records.withBytes { $0 }
    DispatchQueue.concurrentPerform(iterations: threads.count) { thread in
      for index in thread * count / threads.count..<(thread + 1) * count / threads.count {
        let record = UnsafeRawBufferPointer(rebasing: bytes[starts[index]..<starts[index + 1]])
        threads[thread].render(PackedRecord(bytes: record, fieldCount: fieldCount), layout)
      }
    }
    for thread in threads {
      try sink(thread.renderer.waiting)
      thread.renderer.removeAll()
    }
    records.removeAll()
    self.starts.removeAll(keepingCapacity: true)
  }
}

/// What one thread renders with; handed from the one thread to the other between batches.
private final class RenderThread: @unchecked Sendable {
  let renderer: LineRenderer

  init(_ templates: LineTemplates, seed: UInt64) { renderer = LineRenderer(templates, seed: seed) }

  func render(_ record: PackedRecord, _ layout: FieldLayout) {
    renderer.fields.read(record, layout)
    renderer.append()
  }
}
