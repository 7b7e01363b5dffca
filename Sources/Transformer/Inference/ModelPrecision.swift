/// What a model computes with; sums are always f32.
public enum ModelPrecision: String, Sendable, Hashable, CaseIterable {
  /// The reference.
  case f32
  /// Weights rounded to bfloat16, and for scores also what they are multiplied with.
  case bf16
  /// Weights rounded to eight bits in blocks of 32 with a scale each (llama.cpp's Q8_0 with a scale in f32).
  case int8
}
