import Glibc

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

  /// Gives the memory of a range back to the system, all but its first and last page; its numbers are lost.
  func forget(_ range: Range<Int>) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let start = (Int(bitPattern: pointer + range.lowerBound) + page - 1) / page * page
    let end = Int(bitPattern: pointer + range.upperBound) / page * page
    guard page > 0, start < end else { return }
    _ = madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_DONTNEED)
  }

  package func clear() { pointer.update(repeating: 0, count: count) }
}
