public import Bytes
import JSON
public import Records

extension ModelConfiguration {
  /// The content of a Hugging Face `config.json`, with the tokens that begin and end a text.
  public func value(begin: Int, end: Int) -> Value {
    // Qwen 2 is Llama with these biases, and nobody else's name for it.
    let isQwen = biases == .queryKeyValue
    var keys = ValueDictionary([
      ("architectures", .list([.string(isQwen ? "Qwen2ForCausalLM" : "LlamaForCausalLM")])),
      ("model_type", .string(isQwen ? "qwen2" : "llama")),
      ("vocab_size", .integer(Int64(vocabulary))),
      ("hidden_size", .integer(Int64(dimension))),
      ("num_hidden_layers", .integer(Int64(layers))),
      ("num_attention_heads", .integer(Int64(heads))),
      ("num_key_value_heads", .integer(Int64(keyValueHeads))),
      ("head_dim", .integer(Int64(headWidth))),
      ("intermediate_size", .integer(Int64(hiddenDimension))),
      ("max_position_embeddings", .integer(Int64(contextLength))),
      ("rope_theta", .number(ropeTheta)),
      ("rms_norm_eps", .number(normEpsilon)),
      ("tie_word_embeddings", .boolean(tied)),
      ("hidden_act", .string("silu")),
      ("attention_bias", .boolean(biases == .all)),
      ("mlp_bias", .boolean(false)),
      ("bos_token_id", .integer(Int64(begin))),
      ("eos_token_id", .integer(Int64(end))),
      ("torch_dtype", .string("float32")),
    ])
    if isQwen { keys["use_sliding_window"] = .boolean(false) }
    switch rotaryScaling {
    case .none: break
    case .linear(let factor):
      keys["rope_scaling"] = .dictionary(
        ValueDictionary([("rope_type", .string("linear")), ("factor", .number(factor))]))
    case .llama3(let factor, let low, let high, let original):
      keys["rope_scaling"] = .dictionary(
        ValueDictionary([
          ("rope_type", .string("llama3")), ("factor", .number(factor)), ("low_freq_factor", .number(low)),
          ("high_freq_factor", .number(high)),
          ("original_max_position_embeddings", .integer(Int64(original))),
        ]))
    }
    return .dictionary(keys)
  }

  /// Reads a Hugging Face `config.json` of Llama's architecture or of a relative's: Mistral without a sliding
  /// window, Qwen 2.
  ///
  /// - Throws: a `Diagnostic` that names the key, for another architecture and for impossible sizes.
  public init(_ value: Value, path: String) throws(Diagnostic) {
    let advice = "expected the config.json of a Llama, Mistral or Qwen2 model"
    let root = JSONNode(value, file: path, advice: advice)
    let type = try root.required("model_type")
    let isQwen: Bool
    switch try type.text() {
    case "llama", "mistral": isQwen = false
    case "qwen2": isQwen = true
    case let other:
      throw Diagnostic(
        "the architecture '\(other)' cannot be loaded; \(advice)", at: SourceLocation(path: path))
    }
    try Self.expect(root, "hidden_act", .string("silu"))
    try Self.expect(root, "mlp_bias", .boolean(false))
    try Self.expect(root, "use_sliding_window", .boolean(false))
    let heads = try root.required("num_attention_heads").integer()
    let context = try root.required("max_position_embeddings").integer()
    if !isQwen, let window = try root.optional("sliding_window"), try window.integer() < context {
      throw window.mismatch("no sliding window")
    }
    let hasBiases = try root.optional("attention_bias")?.boolean() ?? false
    // transformers 5 writes both into one object.
    let rotary = try root.optional("rope_parameters")
    var theta = try root.optional("rope_theta")
    if theta == nil { theta = try rotary?.optional("rope_theta") }
    var stretch = try root.optional("rope_scaling")
    if stretch == nil { stretch = rotary }
    self.init(
      vocabulary: try root.required("vocab_size").integer(),
      dimension: try root.required("hidden_size").integer(),
      layers: try root.required("num_hidden_layers").integer(), heads: heads,
      keyValueHeads: try root.optional("num_key_value_heads")?.integer() ?? heads,
      hiddenDimension: try root.required("intermediate_size").integer(), contextLength: context,
      ropeTheta: try theta?.number() ?? 10_000,
      normEpsilon: try root.optional("rms_norm_eps")?.number() ?? 1e-6,
      tied: try root.optional("tie_word_embeddings")?.boolean() ?? false,
      headWidth: try root.optional("head_dim")?.integer(),
      biases: isQwen ? .queryKeyValue : hasBiases ? .all : .none,
      rotaryScaling: try Self.scaling(stretch))
    do throws(Diagnostic) {
      try validate()
    } catch {
      throw Diagnostic(error.message, at: SourceLocation(path: path))
    }
  }

  private static func expect(_ root: JSONNode, _ key: String, _ value: Value) throws(Diagnostic) {
    guard let node = try root.optional(key), node.value != value else { return }
    throw node.mismatch(JSONText.line(value).filter { $0 != "\n" })
  }

  private static func scaling(_ node: JSONNode?) throws(Diagnostic) -> RotaryScaling {
    guard let node else { return .none }
    var name = try node.optional("rope_type")
    if name == nil { name = try node.optional("type") }
    guard let type = name else { return .none }
    switch try type.text() {
    case "default": return .none
    case "linear": return .linear(factor: try node.required("factor").number())
    case "llama3":
      return .llama3(
        factor: try node.required("factor").number(),
        lowFrequencyFactor: try node.required("low_freq_factor").number(),
        highFrequencyFactor: try node.required("high_freq_factor").number(),
        originalContext: try node.required("original_max_position_embeddings").integer())
    default: throw type.mismatch("one of default, linear, llama3")
    }
  }
}
