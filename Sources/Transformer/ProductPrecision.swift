/// What matrix products read. They always add up in f32, and weights, gradients and moments are f32.
public enum ProductPrecision: String, Sendable, Hashable, CaseIterable {
  /// The reference.
  case f32
  /// Both operands rounded to bfloat16, which processors with `avx512_bf16` multiply about twice as fast.
  case bf16
}
