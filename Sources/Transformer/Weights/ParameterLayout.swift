/// Where each parameter stands in one array of f32; gradients and the optimizer's moments have the same
/// layout. Matrices are row-major, [out][in], as Hugging Face stores them; those that a layer multiplies
/// the same rows with stand next to each other and are multiplied as one.
package struct ParameterLayout: Sendable {
  package struct Tensor: Sendable {
    /// Hugging Face's name.
    package var name: String
    package var shape: [Int]
    package var offset: Int
    package var count: Int { shape.reduce(1, *) }
    /// Gains of norms and biases are not decayed.
    package var isMatrix: Bool { shape.count > 1 }
    package var isBias: Bool { name.hasSuffix(".bias") }
  }

  struct Layer: Sendable {
    var attentionNorm = 0
    /// [queryDimension][dimension]
    var query = 0
    /// [2 · keyValueDimension][dimension], keys first
    var keyValue = 0
    /// [dimension][queryDimension]
    var output = 0
    /// [queryDimension], [2 · keyValueDimension] and [dimension]; nil where nothing is added.
    var queryBias: Int?
    var keyValueBias: Int?
    var outputBias: Int?
    var feedNorm = 0
    /// [2 · hidden][dimension], gates first
    var gateUp = 0
    /// [dimension][hidden]
    var down = 0
    /// All of the above.
    var range = 0..<0
  }

  package private(set) var tensors: [Tensor] = []
  /// Floats in all, the gaps between tensors included.
  package private(set) var count = 0
  /// [vocabulary][dimension]
  private(set) var embedding = 0
  /// [vocabulary][dimension]; the embedding where they are tied
  private(set) var head = 0
  private(set) var layers: [Layer] = []
  private(set) var finalNorm = 0

  package init(_ configuration: ModelConfiguration) {
    let c = configuration
    embedding = add("model.embed_tokens.weight", [c.vocabulary, c.dimension])
    for index in 0..<c.layers {
      let prefix = "model.layers.\(index)."
      let start = (count + 15) / 16 * 16
      var layer = Layer()
      layer.attentionNorm = add(prefix + "input_layernorm.weight", [c.dimension])
      layer.query = add(prefix + "self_attn.q_proj.weight", [c.queryDimension, c.dimension])
      layer.keyValue = add(prefix + "self_attn.k_proj.weight", [c.keyValueDimension, c.dimension])
      _ = add(prefix + "self_attn.v_proj.weight", [c.keyValueDimension, c.dimension], adjoining: true)
      layer.output = add(prefix + "self_attn.o_proj.weight", [c.dimension, c.queryDimension])
      if c.biases != .none {
        layer.queryBias = add(prefix + "self_attn.q_proj.bias", [c.queryDimension])
        layer.keyValueBias = add(prefix + "self_attn.k_proj.bias", [c.keyValueDimension])
        _ = add(prefix + "self_attn.v_proj.bias", [c.keyValueDimension], adjoining: true)
      }
      if c.biases == .all { layer.outputBias = add(prefix + "self_attn.o_proj.bias", [c.dimension]) }
      layer.feedNorm = add(prefix + "post_attention_layernorm.weight", [c.dimension])
      layer.gateUp = add(prefix + "mlp.gate_proj.weight", [c.hiddenDimension, c.dimension])
      _ = add(prefix + "mlp.up_proj.weight", [c.hiddenDimension, c.dimension], adjoining: true)
      layer.down = add(prefix + "mlp.down_proj.weight", [c.dimension, c.hiddenDimension])
      layer.range = start..<count
      layers.append(layer)
    }
    finalNorm = add("model.norm.weight", [c.dimension])
    head = c.tied ? embedding : add("lm_head.weight", [c.vocabulary, c.dimension])
    count = (count + 15) / 16 * 16
  }

  /// Parameters whose gradients are complete at one moment of the way back.
  enum Part {
    case embedding
    case layer(Int)
    case finalNorm
    /// Only where it is not the embedding.
    case head
  }

  func range(of part: Part) -> Range<Int> {
    switch part {
    case .embedding: embedding..<(layers.first?.range.lowerBound ?? finalNorm)
    case .layer(let index): layers[index].range
    case .finalNorm: finalNorm..<(head == embedding ? count : head)
    case .head: head..<count
    }
  }

  private mutating func add(_ name: String, _ shape: [Int], adjoining: Bool = false) -> Int {
    if !adjoining { count = (count + 15) / 16 * 16 }
    let tensor = Tensor(name: name, shape: shape, offset: count)
    tensors.append(tensor)
    count += tensor.count
    return tensor.offset
  }
}
