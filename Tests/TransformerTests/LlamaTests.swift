import Glibc
import JSON
import Records
import Testing
import Transformer

/// The whole model against Hugging Face's Llama in double precision (`Fixtures/make_llama.py`): answers' log-
/// probabilities, the loss, and every tensor's gradient.
@Suite struct LlamaTests {
  @Test(arguments: [0, 1, 2, 3]) func equalsHuggingFace(_ index: Int) throws {
    let fixture = try Fixtures.value("llama.json").items[index]
    let tied = fixture["tied"] == .boolean(true)
    let configuration = ModelConfiguration(
      vocabulary: 19, dimension: fixture["dimension"].int, layers: 2, heads: fixture["heads"].int,
      keyValueHeads: fixture["key_value_heads"].int, hiddenDimension: fixture["hidden"].int,
      contextLength: 64, ropeTheta: fixture["rope_theta"].double, tied: tied,
      headWidth: fixture["head_width"] == .null ? nil : fixture["head_width"].int,
      biases: ["all": .all, "qwen2": .queryKeyValue][fixture["biases"].text] ?? .none,
      rotaryScaling: Self.scaling(fixture["scaling"]))
    try configuration.validate()
    let weights = ModelWeights(configuration)
    let names = fixture["names"].items.map(\.text)
    #expect(Set(names) == Set(weights.layout.tensors.map(\.name)))
    for tensor in weights.layout.tensors {
      let place = Double(try #require(names.firstIndex(of: tensor.name)))
      for i in 0..<tensor.count {
        let wave = sin(0.7 * Double(i) + place)
        let gain = tensor.isBias ? 0.5 * wave : 1 + 0.3 * wave
        let value = tensor.isMatrix ? wave / Double(tensor.shape[1]).squareRoot() : gain
        weights.values.pointer[tensor.offset + i] = Float(value)
      }
    }

    let pass = TransformerPass(weights)
    var batch = TokenBatch()
    for (example, expected) in zip(fixture["examples"].items, fixture["log_probabilities"].items) {
      let prompt = example["prompt"].items.map { Int32($0.int) }
      let target = example["target"].items.map { Int32($0.int) }
      batch.append(prompt: prompt, target: target, weight: 0.5)
      // Each token alone: a target's first tokens moved into the prompt.
      for (place, logProbability) in expected.items.enumerated() {
        var one = TokenBatch()
        one.append(prompt: prompt + target[..<place], target: [target[place]], weight: 1)
        #expect(abs(-(try pass.loss(one).all) - logProbability.double) < 1e-5)
      }
    }
    let gradient = FloatMemory(count: weights.layout.count)
    let loss = try pass.lossAndGradient(batch, into: gradient)
    #expect(abs(loss.all - fixture["loss"].double) < 2e-5)
    for tensor in weights.layout.tensors {
      let expected = fixture["gradients"][tensor.name]
      let found = (0..<tensor.count).map { Double(gradient.pointer[tensor.offset + $0]) }
      let norm = expected["norm"].double
      func expectNear(_ a: Double, _ b: Double) {
        #expect(abs(a - b) < 2e-5 * max(1, norm), "\(tensor.name): \(a), expected \(b)")
      }
      expectNear(found.reduce(0) { $0 + $1 * $1 }.squareRoot(), norm)
      expectNear(found.indices.reduce(0) { $0 + found[$1] * cos(1.3 * Double($1)) }, expected["along"].double)
      for (a, b) in zip(found, expected["first"].items) { expectNear(a, b.double) }
    }
  }

  private static func scaling(_ value: Value) -> RotaryScaling {
    switch value["rope_type"].text {
    case "linear": .linear(factor: value["factor"].double)
    case "llama3":
      .llama3(
        factor: value["factor"].double, lowFrequencyFactor: value["low_freq_factor"].double,
        highFrequencyFactor: value["high_freq_factor"].double,
        originalContext: value["original_max_position_embeddings"].int)
    default: .none
    }
  }
}
