/// Zeroed f32 memory, aligned for whole vectors, freed with the last reference.
///
/// - Note: `@unchecked Sendable`: the memory is written by one thread at a time or by several in parts that
///   do not overlap; who hands it to threads says which.
package final class FloatMemory: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Float>
  package let count: Int

  package init(count: Int) {
    self.count = count
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(1, count) * 4, alignment: 64)
    pointer = raw.bindMemory(to: Float.self, capacity: max(1, count))
    pointer.initialize(repeating: 0, count: max(1, count))
  }

  deinit { pointer.deallocate() }

  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: pointer, count: count * 4) }

  package func clear() { pointer.update(repeating: 0, count: count) }
}
