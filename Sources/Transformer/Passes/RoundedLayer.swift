import CVectorLoops

/// One layer's parameters in bf16.
///
/// - Note: `@unchecked Sendable`: written in parts that do not overlap, and read by a pass' threads in between.
final class RoundedLayer: @unchecked Sendable {
  private let memory: UnsafeMutablePointer<UInt16>
  /// The layer that is here now, and where its parameters begin in the layout.
  var layer: Int?
  var first = 0

  init(_ layout: ParameterLayout) {
    let count = ((layout.layers.map(\.range.count).max() ?? 0) + 15) / 16 * 16
    memory = UnsafeMutableRawPointer.allocate(byteCount: max(64, count * 2), alignment: 64)
      .bindMemory(to: UInt16.self, capacity: max(32, count))
  }

  deinit { memory.deallocate() }

  func matrix(_ offset: Int, stride: Int) -> Operand {
    Operand(memory + (offset - first), .bf16, stride: stride)
  }

  /// Rounds some sixteens of a layer's parameters; the last may reach into the gap behind them.
  func round(_ range: Range<Int>, _ sixteens: Range<Int>, _ values: FloatMemory) {
    let start = sixteens.lowerBound * 16
    pb_to_bf16(values.pointer + range.lowerBound + start, memory + start, sixteens.count * 16)
  }
}
