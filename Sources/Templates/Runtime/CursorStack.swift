/// The places of the loops that run, the innermost last.
struct CursorStack: ~Copyable {
  private var memory = UnsafeMutablePointer<Cursor>.allocate(capacity: 16)
  private var capacity = 16
  private(set) var count = 0

  deinit { memory.deallocate() }

  mutating func append(_ cursor: Cursor) {
    if count == capacity {
      let larger = UnsafeMutablePointer<Cursor>.allocate(capacity: capacity * 2)
      larger.update(from: memory, count: count)
      memory.deallocate()
      memory = larger
      capacity *= 2
    }
    memory[count] = cursor
    count += 1
  }

  @inline(__always)
  mutating func removeLast(_ number: Int = 1) { count = max(0, count - number) }

  mutating func removeAll() { count = 0 }

  /// A loop's cursor, from 0; valid until another loop begins.
  @inline(__always)
  subscript(_ place: Int) -> UnsafeMutablePointer<Cursor> { memory + place }
}
