import CVectorLoops

/// How a file writes a tensor's numbers: plain, or in blocks with a scale and, if affine, an offset (llama.cpp,
/// `ggml-quants.c`). The raw values are GGUF's own (ggml/docs/gguf.md).
package enum BlockFormat: UInt32, Sendable, CaseIterable {
  case f32 = 0
  case f16 = 1
  case q4Symmetric = 2
  case q4Affine = 3
  case q5Symmetric = 6
  case q5Affine = 7
  case q8Symmetric = 8
  case q4K = 12
  case q6K = 14
  case bf16 = 30

  /// Numbers in a block; a row is made of whole blocks.
  package var blockLength: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q4Symmetric, .q4Affine, .q5Symmetric, .q5Affine, .q8Symmetric: 32
    case .q4K, .q6K: 256
    }
  }

  /// Bytes of a block.
  package var blockBytes: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q4Symmetric: 18
    case .q4Affine: 20
    case .q5Symmetric: 22
    case .q5Affine: 24
    case .q8Symmetric: 34
    case .q4K: 144
    case .q6K: 210
    }
  }

  package var name: String { Self.names[Int(rawValue)] }

  /// ggml's names by number, also of the formats that cannot be read here.
  private static let names = [
    "F32", "F16", "Q4_0", "Q4_1", "Q4_2", "Q4_3", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K", "Q3_K", "Q4_K",
    "Q5_K",
    "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8",
    "I16",
    "I32", "I64", "F64", "IQ1_M", "BF16",
  ]

  static func name(of number: UInt32) -> String {
    number < UInt32(names.count) ? names[Int(number)] : "type \(number)"
  }

  /// Writes the numbers of whole blocks as f32.
  package func dequantize(_ bytes: UnsafeRawBufferPointer, to memory: UnsafeMutablePointer<Float>) {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
    let count = bytes.count / blockBytes * blockLength
    switch self {
    case .f32: UnsafeMutableRawPointer(memory).copyMemory(from: start, byteCount: count * 4)
    case .f16: pb_from_f16(start, memory, count)
    case .bf16: pb_from_bf16(start, memory, count)
    case .q8Symmetric: pb_from_q8_0(start, memory, count)
    case .q4Symmetric: pb_from_q4_0(start, memory, count)
    case .q4Affine: pb_from_q4_1(start, memory, count)
    case .q5Symmetric: pb_from_q5_0(start, memory, count)
    case .q5Affine: pb_from_q5_1(start, memory, count)
    case .q4K: pb_from_q4_k(start, memory, count)
    case .q6K: pb_from_q6_k(start, memory, count)
    }
  }
}
