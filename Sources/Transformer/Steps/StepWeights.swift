import CVectorLoops

/// All matrices of a model as generation reads them.
///
/// They are as narrow as they can be without another number: where the model's file has blocks, these; where every
/// number is a bfloat16, half the bytes.
final class StepWeights: Sendable {
  struct Layer: Sendable {
    var query: StepMatrix
    var key: StepMatrix
    var value: StepMatrix
    var output: StepMatrix
    var gate: StepMatrix
    var up: StepMatrix
    var down: StepMatrix
  }

  let layers: [Layer]
  let head: StepMatrix

  /// - Parameter source: the file that the weights were read from, if it is one with blocks.
  init(_ weights: ModelWeights, _ precision: ModelPrecision, source: GGUFTensors?) {
    let c = weights.configuration
    let areHalves = precision == .f32 && Self.areHalves(weights)
    func matrix(_ name: String, _ offset: Int, _ outputs: Int, _ inputs: Int) -> StepMatrix {
      switch precision {
      case .f32:
        if let source, let blocks = StepMatrix(source, name, outputs, inputs) { return blocks }
        return areHalves
          ? StepMatrix(halves: weights.values, at: offset, outputs, inputs)
          : StepMatrix(weights.values, at: offset, outputs, inputs)
      case .bf16: return StepMatrix(halves: weights.values, at: offset, outputs, inputs)
      case .int8:
        return StepMatrix(rounding: weights.values, at: offset, outputs, inputs)
          ?? StepMatrix(weights.values, at: offset, outputs, inputs)
      }
    }
    var layers: [Layer] = []
    for (index, place) in weights.layout.layers.enumerated() {
      let (attention, feed) = ("model.layers.\(index).self_attn.", "model.layers.\(index).mlp.")
      layers.append(
        Layer(
          query: matrix(attention + "q_proj.weight", place.query, c.queryDimension, c.dimension),
          key: matrix(attention + "k_proj.weight", place.keyValue, c.keyValueDimension, c.dimension),
          value: matrix(
            attention + "v_proj.weight", place.keyValue + c.keyValueDimension * c.dimension,
            c.keyValueDimension, c.dimension),
          output: matrix(attention + "o_proj.weight", place.output, c.dimension, c.queryDimension),
          gate: matrix(feed + "gate_proj.weight", place.gateUp, c.hiddenDimension, c.dimension),
          up: matrix(
            feed + "up_proj.weight", place.gateUp + c.hiddenDimension * c.dimension, c.hiddenDimension,
            c.dimension),
          down: matrix(feed + "down_proj.weight", place.down, c.dimension, c.hiddenDimension)))
    }
    self.layers = layers
    let name = c.tied ? "model.embed_tokens.weight" : "lm_head.weight"
    head = matrix(name, weights.layout.head, c.vocabulary, c.dimension)
  }

  /// Whether every number has a bfloat16's bits at most.
  private static func areHalves(_ weights: ModelWeights) -> Bool {
    let values = UnsafeBufferPointer(start: weights.values.pointer, count: weights.values.count)
    return values.allSatisfy { $0.bitPattern & 0xFFFF == 0 }
  }
}
