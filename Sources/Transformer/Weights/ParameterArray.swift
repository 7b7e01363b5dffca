package import Bytes

/// Named tensors in one array of f32: what an optimizer moves and a checkpoint keeps. Gradients and moments have
/// the same layout.
package protocol ParameterArray: Sendable {
  var tensors: [ParameterLayout.Tensor] { get }
  /// The tensors' numbers, each at its offset. Written by the optimizer between passes, read by passes on any thread.
  var values: FloatMemory { get }
  /// The same numbers for products in bf16.
  var halves: HalfCopy { get }
}

extension ParameterArray {
  /// The tensors with their data in `memory`, for a safetensors file.
  package func tensors(
    of memory: FloatMemory? = nil, prefix: String = ""
  ) -> [(name: String, shape: [Int], data: UnsafePointer<Float>)] {
    tensors.map { (prefix + $0.name, $0.shape, UnsafePointer((memory ?? values).pointer + $0.offset)) }
  }

  /// Copies every tensor from the file.
  package func read(_ file: Safetensors, prefix: String = "", into memory: FloatMemory? = nil)
    throws(Diagnostic)
  {
    for tensor in tensors {
      try file.copy(
        prefix + tensor.name, shape: tensor.shape, to: (memory ?? values).pointer + tensor.offset)
    }
    if memory == nil { halves.refresh(from: values) }
  }

  /// A matrix for products in the given precision.
  func operand(_ offset: Int, stride: Int, _ precision: ProductPrecision) -> Operand {
    switch precision {
    case .f32: Operand(values.pointer + offset, stride: stride)
    case .bf16: Operand(halves.pointer(of: values) + offset, .bf16, stride: stride)
    }
  }
}
