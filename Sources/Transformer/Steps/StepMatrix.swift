import CVectorLoops

/// A matrix as generation reads it: every number once a step, so that what counts is how few bytes it has.
///
/// - Note: `@unchecked Sendable`: nothing is written once it is made.
final class StepMatrix: @unchecked Sendable {
  let outputs: Int
  let inputs: Int
  private(set) var matrix: pb_step_matrix
  /// What the matrix points into.
  private let owned: [UnsafeMutableRawPointer]
  private let values: FloatMemory?

  /// Bytes that a step reads.
  var bytes: Int {
    switch matrix.format {
    case PB_STEP_F32: outputs * inputs * 4
    case PB_STEP_BF16: outputs * inputs * 2
    case PB_STEP_8: outputs * inputs * 9 / 8
    default: outputs * inputs * 3 / 4
    }
  }

  private init(
    _ outputs: Int, _ inputs: Int, _ format: pb_step_format, _ numbers: UnsafeRawPointer,
    scales: UnsafeMutablePointer<Float>? = nil, offsets: UnsafeMutablePointer<Float>? = nil,
    owned: [UnsafeMutableRawPointer], values: FloatMemory? = nil
  ) {
    (self.outputs, self.inputs, self.owned, self.values) = (outputs, inputs, owned, values)
    matrix = pb_step_matrix(
      format: format, numbers: numbers, scales: scales, offsets: offsets, inputs: inputs)
  }

  deinit { for memory in owned { memory.deallocate() } }

  /// The numbers where they are.
  convenience init(_ values: FloatMemory, at offset: Int, _ outputs: Int, _ inputs: Int) {
    self.init(outputs, inputs, PB_STEP_F32, values.pointer + offset, owned: [], values: values)
  }

  /// The numbers as bfloat16: to the nearest.
  convenience init(halves values: FloatMemory, at offset: Int, _ outputs: Int, _ inputs: Int) {
    let memory = UnsafeMutablePointer<UInt16>.allocate(capacity: max(1, outputs * inputs))
    pb_to_bf16(values.pointer + offset, memory, outputs * inputs)
    self.init(outputs, inputs, PB_STEP_BF16, memory, owned: [UnsafeMutableRawPointer(memory)])
  }

  /// The numbers in blocks of signed bytes, and in `values` what these stand for; nil where rows have no whole blocks.
  convenience init?(rounding values: FloatMemory, at offset: Int, _ outputs: Int, _ inputs: Int) {
    guard inputs % 32 == 0 else { return nil }
    let count = outputs * inputs
    let numbers = UnsafeMutablePointer<Int8>.allocate(capacity: max(1, count))
    let scales = UnsafeMutablePointer<Float>.allocate(capacity: max(1, count / 32))
    pb_step_quantize(values.pointer + offset, numbers, scales, count)
    self.init(
      outputs, inputs, PB_STEP_8, numbers, scales: scales,
      owned: [UnsafeMutableRawPointer(numbers), UnsafeMutableRawPointer(scales)])
    for row in 0..<outputs { pb_step_row(&matrix, row, values.pointer + offset + row * inputs) }
  }

  /// A file's blocks, which stand for the very numbers that were read from it; nil where they are of another kind.
  convenience init?(_ source: GGUFTensors, _ name: String, _ outputs: Int, _ inputs: Int) {
    guard let format = source.format(of: name), inputs % 32 == 0,
      [.q8Symmetric, .q4Symmetric, .q4Affine].contains(format)
    else { return nil }
    let blocks = outputs * inputs / 32
    let isNarrow = format != .q8Symmetric
    let size = isNarrow ? 16 : 32
    let numbers = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, blocks * size))
    let scales = UnsafeMutablePointer<Float>.allocate(capacity: max(1, blocks))
    let offsets = UnsafeMutablePointer<Float>.allocate(capacity: isNarrow ? max(1, blocks) : 1)
    offsets.initialize(to: 0)
    source.eachRow(name) { row, bytes in
      guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
      for place in 0..<inputs / 32 {
        let from = start + place * format.blockBytes
        let block = row * (inputs / 32) + place
        pb_from_f16(from, scales + block, 1)
        switch format {
        case .q4Symmetric: offsets[block] = -8 * scales[block]
        case .q4Affine: pb_from_f16(from + 2, offsets + block, 1)
        default: break
        }
        (numbers + block * size).update(from: from + format.blockBytes - size, count: size)
      }
    }
    self.init(
      outputs, inputs, isNarrow ? PB_STEP_4 : PB_STEP_8, numbers, scales: scales, offsets: offsets,
      owned: [
        UnsafeMutableRawPointer(numbers), UnsafeMutableRawPointer(scales), UnsafeMutableRawPointer(offsets),
      ])
  }
}
