package import Bytes

extension ModelConfiguration {
  /// Reads the shape of a GGUF file's model: Llama's architecture or Qwen 2's.
  ///
  /// - Throws: a `Diagnostic` that names the key, for another architecture and for impossible sizes.
  package init(_ file: GGUFFile) throws(Diagnostic) {
    let architecture = try file.text("general.architecture") ?? "none"
    guard ["llama", "qwen2"].contains(where: { $0.utf8.elementsEqual(architecture.utf8) }) else {
      throw file.fail("the architecture '\(architecture)' cannot be loaded; expected llama or qwen2")
    }
    func integer(_ key: String) throws(Diagnostic) -> Int {
      guard let value = try file.integer("\(architecture).\(key)") else {
        throw file.fail("expected an integer at '\(architecture).\(key)', found nothing")
      }
      return value
    }
    guard let embedding = file.tensor(named: "token_embd.weight"), embedding.shape.count == 2 else {
      throw file.fail("no tensor 'token_embd.weight' with rows and columns")
    }
    if let experts = try file.integer("\(architecture).expert_count"), experts > 0 {
      throw file.fail("a mixture of \(experts) experts cannot be loaded; expected a dense model")
    }
    let heads = try integer("attention.head_count")
    let dimension = try integer("embedding_length")
    let theta = try file.number("\(architecture).rope.freq_base") ?? 10_000
    self.init(
      vocabulary: embedding.shape[0], dimension: dimension, layers: try integer("block_count"), heads: heads,
      keyValueHeads: try file.integer("\(architecture).attention.head_count_kv") ?? heads,
      hiddenDimension: try integer("feed_forward_length"), contextLength: try integer("context_length"),
      ropeTheta: theta,
      normEpsilon: try file.number("\(architecture).attention.layer_norm_rms_epsilon") ?? 1e-6,
      tied: file.tensor(named: "output.weight") == nil,
      headWidth: try file.integer("\(architecture).attention.key_length"),
      biases: file.tensor(named: "blk.0.attn_output.bias") != nil
        ? .all : file.tensor(named: "blk.0.attn_q.bias") != nil ? .queryKeyValue : .none,
      rotaryScaling: try Self.scaling(file, architecture, theta: theta))
    do throws(Diagnostic) { try validate() } catch { throw file.fail(error.message) }
    for key in ["attention.value_length", "rope.dimension_count"] {
      let width = try file.integer("\(architecture).\(key)") ?? headWidth
      guard width == headWidth else {
        throw file.fail("'\(architecture).\(key)' is \(width); expected the width of a head, \(headWidth)")
      }
    }
  }

  private static func scaling(
    _ file: GGUFFile, _ architecture: String, theta: Double
  ) throws(Diagnostic) -> RotaryScaling {
    if let tensor = file.tensor(named: "rope_freqs.weight") {
      guard tensor.format == .f32, tensor.shape.count == 1, tensor.shape[0] <= 1 << 13 else {
        throw file.fail("'rope_freqs.weight' is no row of F32")
      }
      let divisors = [Float](unsafeUninitializedCapacity: tensor.shape[0]) { buffer, count in
        guard let start = buffer.baseAddress else { return }
        file.copy(tensor, to: start)
        count = tensor.shape[0]
      }
      guard let scaling = RotaryScaling.recognized(divisors, theta: theta) else {
        throw file.fail("the rotary scaling in 'rope_freqs.weight' is not Llama 3's")
      }
      return scaling
    }
    let type = try file.text("\(architecture).rope.scaling.type") ?? "none"
    switch type {
    case "none": return .none
    case "linear":
      guard let factor = try file.number("\(architecture).rope.scaling.factor") else {
        throw file.fail("linear rotary scaling without '\(architecture).rope.scaling.factor'")
      }
      return .linear(factor: factor)
    default: throw file.fail("the rotary scaling '\(type)' cannot be loaded; expected none or linear")
    }
  }
}
