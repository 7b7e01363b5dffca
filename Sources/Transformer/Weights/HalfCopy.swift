import CVectorLoops
import Synchronization

/// Parameters once more as bfloat16, which products read; made when first asked for, and written by the optimizer
/// along with the parameters.
package final class HalfCopy: Sendable {
  /// - Note: `@unchecked Sendable`: written when made and by the optimizer, in parts that do not overlap.
  private final class Memory: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<UInt16>
    init(count: Int) { pointer = .allocate(capacity: max(1, count)) }
    deinit { pointer.deallocate() }
  }

  private let memory = Mutex<Memory?>(nil)

  /// The copy, if there is one.
  var existing: UnsafeMutablePointer<UInt16>? { memory.withLock { $0 }?.pointer }

  /// The copy; it is as old as the last step of the optimizer or the last `refresh`.
  func pointer(of values: FloatMemory) -> UnsafeMutablePointer<UInt16> {
    let made = memory.withLock { held in
      if let held { return held }
      let made = Memory(count: values.count)
      pb_to_bf16(values.pointer, made.pointer, values.count)
      held = made
      return made
    }
    return made.pointer
  }

  /// Copies tensors, one by one, and forgets what is copied of those that `forgets` tells.
  func replace(
    _ tensors: [ParameterLayout.Tensor], of values: FloatMemory, forgets: (ParameterLayout.Tensor) -> Bool
  ) {
    let made = Memory(count: values.count)
    for tensor in tensors {
      let range = tensor.offset..<tensor.offset + tensor.count
      pb_to_bf16(values.pointer + range.lowerBound, made.pointer + range.lowerBound, range.count)
      if forgets(tensor) { values.forget(range) }
    }
    memory.withLock { $0 = made }
  }

  /// Takes over parameters that something other than the optimizer has changed.
  package func refresh(from values: FloatMemory) {
    if let existing { pb_to_bf16(values.pointer, existing, values.count) }
  }
}
