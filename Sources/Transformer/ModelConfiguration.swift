public import Bytes
public import Records

/// The shape of a decoder-only transformer in Llama's form (Touvron et al. 2023): RMSNorm before each
/// block, rotary positions, grouped-query attention, SwiGLU, no biases.
public struct ModelConfiguration: Sendable, Hashable {
  /// How many tokens there are.
  public var vocabulary: Int
  /// The width of the residual stream.
  public var dimension: Int
  public var layers: Int
  /// Query heads; `dimension / heads` is the width of a head.
  public var heads: Int
  /// Key and value heads; divides `heads`.
  public var keyValueHeads: Int
  /// The width inside the feed-forward block.
  public var hiddenDimension: Int
  /// The most tokens that one example may have.
  public var contextLength: Int
  /// The base of the rotary angles.
  public var ropeTheta: Double
  /// Added to the mean square inside RMSNorm.
  public var normEpsilon: Double
  /// Whether the output matrix is the embedding.
  public var tied: Bool

  public init(
    vocabulary: Int, dimension: Int, layers: Int, heads: Int, keyValueHeads: Int, hiddenDimension: Int,
    contextLength: Int, ropeTheta: Double = 10_000, normEpsilon: Double = 1e-5, tied: Bool = true
  ) {
    self.vocabulary = vocabulary
    self.dimension = dimension
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.hiddenDimension = hiddenDimension
    self.contextLength = contextLength
    self.ropeTheta = ropeTheta
    self.normEpsilon = normEpsilon
    self.tied = tied
  }

  /// The width of one head.
  public var headWidth: Int { dimension / max(1, heads) }
  /// The width of all key heads together.
  public var keyValueDimension: Int { keyValueHeads * headWidth }

  /// How many numbers the model learns.
  public var parameters: Int {
    let attention = 2 * dimension * dimension + 2 * dimension * keyValueDimension
    let layer = attention + 3 * dimension * hiddenDimension + 2 * dimension
    return vocabulary * dimension * (tied ? 1 : 2) + layers * layer + dimension
  }
}

extension ModelConfiguration {
  /// The names that `preset` knows.
  public static let presetNames = ["tiny", "small"]

  /// A shape by name: `tiny` has about one million parameters, `small` about six.
  ///
  /// - Throws: a `Diagnostic` that lists the names.
  public static func preset(
    _ name: String, vocabulary: Int, contextLength: Int
  ) throws(Diagnostic) -> ModelConfiguration {
    switch name {
    case "tiny":
      ModelConfiguration(
        vocabulary: vocabulary, dimension: 128, layers: 4, heads: 4, keyValueHeads: 4,
        hiddenDimension: 352, contextLength: contextLength)
    case "small":
      ModelConfiguration(
        vocabulary: vocabulary, dimension: 256, layers: 6, heads: 8, keyValueHeads: 8,
        hiddenDimension: 704, contextLength: contextLength)
    default:
      throw Diagnostic("unknown model '\(name)'\(suggestion(for: name, among: presetNames))")
    }
  }

  /// Checks that the sizes fit each other and stay within what memory can hold.
  public func validate() throws(Diagnostic) {
    func expect(_ holds: Bool, _ what: String) throws(Diagnostic) {
      guard holds else { throw Diagnostic("impossible model: \(what)") }
    }
    try expect((1...1 << 20).contains(vocabulary), "expected 1 to 1,048,576 tokens, found \(vocabulary)")
    try expect((1...1 << 15).contains(dimension), "expected a dimension of 1 to 32,768, found \(dimension)")
    try expect((1...1024).contains(layers), "expected 1 to 1,024 layers, found \(layers)")
    try expect(
      heads >= 1 && dimension % heads == 0 && dimension / heads % 2 == 0,
      "expected heads that divide the dimension into even parts, found \(heads) heads for \(dimension)")
    try expect(
      keyValueHeads >= 1 && heads % keyValueHeads == 0,
      "expected key-value heads that divide the \(heads) heads, found \(keyValueHeads)")
    try expect(
      (1...1 << 18).contains(hiddenDimension),
      "expected a hidden dimension of 1 to 262,144, found \(hiddenDimension)")
    try expect(
      (2...1 << 20).contains(contextLength), "expected a context of 2 to 1,048,576, found \(contextLength)")
    try expect(ropeTheta.isFinite && ropeTheta > 0, "expected a positive rope theta, found \(ropeTheta)")
    try expect(
      normEpsilon.isFinite && normEpsilon >= 0, "expected a norm epsilon of 0 or more, found \(normEpsilon)")
    try expect(parameters <= 1 << 32, "expected at most 4,294,967,296 parameters, found \(parameters)")
  }
}

extension ModelConfiguration {
  /// The content of a Hugging Face `config.json`, with the tokens that begin and end a text.
  public func value(begin: Int, end: Int) -> Value {
    .dictionary(
      ValueDictionary([
        ("architectures", .list([.string("LlamaForCausalLM")])),
        ("model_type", .string("llama")),
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
        ("attention_bias", .boolean(false)),
        ("mlp_bias", .boolean(false)),
        ("bos_token_id", .integer(Int64(begin))),
        ("eos_token_id", .integer(Int64(end))),
        ("torch_dtype", .string("float32")),
      ]))
  }

  /// Reads a Hugging Face `config.json` of Llama's architecture.
  ///
  /// - Throws: a `Diagnostic` that names the key, for another architecture and for impossible sizes.
  public init(_ value: Value, path: String) throws(Diagnostic) {
    func fail(_ what: String) -> Diagnostic { Diagnostic(what, at: SourceLocation(path: path)) }
    guard case .dictionary(let keys) = value else {
      throw fail("expected an object, found a \(value.kind)")
    }
    func integer(_ key: String) throws(Diagnostic) -> Int {
      guard case .integer(let number)? = keys[key] else { throw fail("expected an integer at '\(key)'") }
      return Int(clamping: number)
    }
    func number(_ key: String, default missing: Double) throws(Diagnostic) -> Double {
      switch keys[key] {
      case .integer(let number)?: Double(number)
      case .number(let number)?: number
      case nil, .null?: missing
      default: throw fail("expected a number at '\(key)'")
      }
    }
    func flag(_ key: String) -> Bool { keys[key] == .boolean(true) }
    guard keys["model_type"] == .string("llama") else {
      throw fail("expected 'model_type' to be \"llama\"; other architectures cannot be loaded")
    }
    guard keys["rope_scaling"] ?? .null == .null, !flag("attention_bias"), !flag("mlp_bias") else {
      throw fail("rotary scaling and biases cannot be loaded; expected neither")
    }
    let heads = try integer("num_attention_heads")
    self.init(
      vocabulary: try integer("vocab_size"), dimension: try integer("hidden_size"),
      layers: try integer("num_hidden_layers"), heads: heads,
      keyValueHeads: keys["num_key_value_heads"] == nil ? heads : try integer("num_key_value_heads"),
      hiddenDimension: try integer("intermediate_size"),
      contextLength: try integer("max_position_embeddings"),
      ropeTheta: try number("rope_theta", default: 10_000),
      normEpsilon: try number("rms_norm_eps", default: 1e-6), tied: flag("tie_word_embeddings"))
    do throws(Diagnostic) { try validate() } catch { throw fail(error.message) }
    if keys["head_dim"] != nil, try integer("head_dim") != headWidth {
      throw fail("expected 'head_dim' to be \(headWidth), the hidden size over the heads")
    }
  }
}
