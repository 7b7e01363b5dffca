import Bytes

/// Writes a file of llama.cpp's format (ggml/docs/gguf.md, version 3): metadata, then tensors, whose data is asked
/// for while it is written.
struct GGUFWriter {
  /// A tensor to write.
  struct Tensor {
    var name: String
    /// Rows before columns.
    var shape: [Int]
    var format: BlockFormat
    var bytes: Int { shape.reduce(1, *) / format.blockLength * format.blockBytes }
  }

  private var pairs: [[UInt8]] = []
  private static let alignment = 32

  private static func number(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func text(_ text: String) -> [UInt8] { number(UInt64(text.utf8.count)) + Array(text.utf8) }

  private mutating func add(_ key: String, _ kind: GGUFValue.Kind, _ bytes: [UInt8]) {
    pairs.append(Self.text(key) + Self.number(kind.rawValue) + bytes)
  }

  mutating func add(_ key: String, _ value: String) { add(key, .string, Self.text(value)) }
  mutating func add(_ key: String, _ value: Bool) { add(key, .bool, [value ? 1 : 0]) }
  mutating func add(_ key: String, _ value: Int) { add(key, .uint32, Self.number(UInt32(clamping: value))) }
  mutating func add(_ key: String, _ value: Double) {
    add(key, .float32, Self.number(Float(value).bitPattern))
  }

  mutating func add(_ key: String, _ values: [String]) {
    var bytes = Self.number(GGUFValue.Kind.string.rawValue) + Self.number(UInt64(values.count))
    for value in values { bytes += Self.text(value) }
    add(key, .array, bytes)
  }

  mutating func add(_ key: String, _ values: [Int32]) {
    var bytes = Self.number(GGUFValue.Kind.int32.rawValue) + Self.number(UInt64(values.count))
    for value in values { bytes += Self.number(value) }
    add(key, .array, bytes)
  }

  /// Writes the file, whole or not at all.
  ///
  /// - Parameter data: gives a tensor's bytes, in the format it was announced with.
  func write(
    _ tensors: [Tensor], to path: String, data: (Tensor) throws(Diagnostic) -> [UInt8]
  ) throws(Diagnostic) -> AtomicFile.Summary {
    var file = try AtomicFile(path: path)
    var header = Array("GGUF".utf8) + Self.number(UInt32(3)) + Self.number(UInt64(tensors.count))
    header += Self.number(UInt64(pairs.count))
    for pair in pairs { header += pair }
    var offset = 0
    for tensor in tensors {
      header += Self.text(tensor.name) + Self.number(UInt32(tensor.shape.count))
      for length in tensor.shape.reversed() { header += Self.number(UInt64(length)) }
      header += Self.number(tensor.format.rawValue) + Self.number(UInt64(offset))
      offset += Self.padded(tensor.bytes)
    }
    try Self.append(header, to: &file)
    for tensor in tensors { try Self.append(try data(tensor), to: &file) }
    return try file.commit()
  }

  private static func padded(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }

  private static func append(_ bytes: [UInt8], to file: inout AtomicFile) throws(Diagnostic) {
    let padding = [UInt8](repeating: 0, count: padded(bytes.count) - bytes.count)
    var buffer = ByteBuffer(capacity: bytes.count + padding.count)
    buffer.append(bytes)
    buffer.append(padding)
    try buffer.withBytes { (bytes) throws(Diagnostic) in try file.write(bytes) }
  }
}

extension BlockFormat {
  /// Whether `quantize` knows the format.
  package var isWritable: Bool { self == .f32 || self == .f16 || self == .q8Symmetric }

  /// The bytes of numbers in this format; as many as there are whole blocks.
  ///
  /// Q8_0 as ggml's `quantize_row_q8_0_ref`: a scale of the largest magnitude over 127, and rounding to the nearest
  /// with halves away from zero.
  package func quantize(_ numbers: UnsafeBufferPointer<Float>) -> [UInt8] {
    switch self {
    case .f16: return Self.halves(numbers)
    case .q8Symmetric: return Self.blocks(numbers)
    default: return Array(UnsafeRawBufferPointer(numbers))
    }
  }

  private static func halves(_ numbers: UnsafeBufferPointer<Float>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 2 * numbers.count) { bytes, count in
      for (place, number) in numbers.enumerated() {
        let half = Float16(number).bitPattern
        bytes[2 * place] = UInt8(truncatingIfNeeded: half)
        bytes[2 * place + 1] = UInt8(truncatingIfNeeded: half >> 8)
      }
      count = 2 * numbers.count
    }
  }

  private static func blocks(_ numbers: UnsafeBufferPointer<Float>) -> [UInt8] {
    let count = numbers.count / 32
    return [UInt8](unsafeUninitializedCapacity: 34 * count) { bytes, written in
      for block in 0..<count {
        let values = UnsafeBufferPointer(rebasing: numbers[block * 32..<block * 32 + 32])
        var largest: Float = 0
        for value in values { largest = max(largest, abs(value)) }
        let scale = largest / 127
        let inverse: Float = scale == 0 ? 0 : 1 / scale
        let half = Float16(scale).bitPattern
        bytes[34 * block] = UInt8(truncatingIfNeeded: half)
        bytes[34 * block + 1] = UInt8(truncatingIfNeeded: half >> 8)
        for (place, value) in values.enumerated() {
          let rounded = (value * inverse).rounded(.toNearestOrAwayFromZero)
          bytes[34 * block + 2 + place] = UInt8(bitPattern: Int8(clamping: Int32(exactly: rounded) ?? 0))
        }
      }
      written = 34 * count
    }
  }
}
