/// Memory for one pass at a time: pieces are taken one after the other and given back all together, so that
/// a pass over a batch like the last one allocates nothing.
///
/// - Note: `@unchecked Sendable`: used by one thread at a time; its owner hands it from one to the next.
final class Arena: @unchecked Sendable {
  private var blocks: [(memory: UnsafeMutableRawPointer, size: Int)] = []
  private var block = 0
  private var used = 0
  private static let alignment = 64
  private static let smallestBlock = 1 << 20

  deinit { for block in blocks { block.memory.deallocate() } }

  /// Where the arena stands, for `release`.
  struct Mark {
    fileprivate var block: Int
    fileprivate var used: Int
  }

  var mark: Mark { Mark(block: block, used: used) }

  /// Gives back everything taken since the mark.
  func release(_ mark: Mark) {
    block = mark.block
    used = mark.used
  }

  /// Uninitialized memory for `count` floats, aligned for whole vectors.
  func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    take(count * 4).bindMemory(to: Float.self, capacity: count)
  }

  /// Uninitialized memory for a matrix that products read.
  func operand(_ rows: Int, _ width: Int, _ precision: ProductPrecision) -> Operand {
    Operand(take(rows * width * precision.size), precision, stride: width)
  }

  /// A copy of the integers.
  func integers(_ values: [Int32]) -> UnsafeMutablePointer<Int32> {
    let memory = take(values.count * 4).bindMemory(to: Int32.self, capacity: values.count)
    values.withUnsafeBufferPointer { from in
      if let start = from.baseAddress { memory.update(from: start, count: values.count) }
    }
    return memory
  }

  private func take(_ bytes: Int) -> UnsafeMutableRawPointer {
    let size = (max(1, bytes) + Self.alignment - 1) / Self.alignment * Self.alignment
    while block < blocks.count, used + size > blocks[block].size {
      block += 1
      used = 0
    }
    if block == blocks.count {
      let room = max(size, Self.smallestBlock, blocks.last.map { $0.size * 2 } ?? 0)
      blocks.append((.allocate(byteCount: room, alignment: Self.alignment), room))
      used = 0
    }
    defer { used += size }
    return blocks[block].memory + used
  }
}
