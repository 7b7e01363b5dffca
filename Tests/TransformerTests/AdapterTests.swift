import Bytes
import Testing
import Transformer

@Suite struct AdapterTests {
  static let configuration = ModelConfiguration(
    vocabulary: 29, dimension: 24, layers: 2, heads: 4, keyValueHeads: 2, hiddenDimension: 20,
    contextLength: 64, biases: .queryKeyValue)

  /// A model with adapters whose B is not zero.
  static func model(_ targets: [AdapterTarget]) -> (ModelWeights, LowRankAdapters) {
    let weights = ModelWeights(configuration)
    weights.initialize(SeedKey(seed: 1))
    let adapters = LowRankAdapters(
      configuration, AdapterSettings(rank: 3, alpha: 5, targets: targets), SeedKey(seed: 2))
    var draws = NormalDraws(SeedKey(seed: 3))
    for tensor in adapters.tensors where tensor.name.hasSuffix("lora_B.weight") {
      for place in 0..<tensor.count {
        adapters.values.pointer[tensor.offset + place] = 0.2 * Float(draws.next())
      }
    }
    return (weights, adapters)
  }

  @Test(arguments: [AdapterTarget.allCases, [.query, .value], [.down], [.up, .output, .key]])
  func finiteDifferences(_ targets: [AdapterTarget]) throws {
    let (weights, adapters) = Self.model(targets)
    let batch = GradientTests.batch(vocabulary: 29, inputWeight: 0.3)
    let pass = TransformerPass(weights, adapters: adapters)
    let gradient = FloatMemory(count: adapters.values.count)
    let loss = try pass.lossAndGradient(batch, into: gradient).all
    #expect(abs(loss - (try pass.loss(batch).all)) < 1e-6)
    #expect(adapters.tensors.count == 2 * targets.count * 2)
    for tensor in adapters.tensors {
      var draws = NormalDraws(SeedKey(seed: 4))
      let direction = (0..<tensor.count).map { _ in Float(draws.next() > 0 ? 1 : -1) }
      let memory = adapters.values.pointer + tensor.offset
      let original = Array(UnsafeBufferPointer(start: memory, count: tensor.count))
      let gradients = (0..<tensor.count).map { Double(gradient.pointer[tensor.offset + $0]) }
      let expected = zip(direction, gradients).reduce(0.0) { $0 + Double($1.0) * $1.1 }
      let step: Float = 4e-3 / Float(tensor.count).squareRoot()
      func loss(at factor: Float) throws -> Double {
        for place in 0..<tensor.count { memory[place] = original[place] + factor * step * direction[place] }
        defer { memory.update(from: original, count: tensor.count) }
        return try pass.loss(batch).all
      }
      let near = try loss(at: 1) - loss(at: -1)
      let far = try loss(at: 2) - loss(at: -2)
      let found = (8 * near - far) / (12 * Double(step))
      let norm = gradients.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(norm > 0)
      #expect(
        abs(found - expected) < 4e-3 * max(norm, 0.05), "\(tensor.name): \(found), expected \(expected)")
    }
  }

  @Test func untrainedAdaptersChangeNothing() throws {
    let weights = ModelWeights(Self.configuration)
    weights.initialize(SeedKey(seed: 1))
    let adapters = LowRankAdapters(Self.configuration, AdapterSettings(), SeedKey(seed: 2))
    let batch = GradientTests.batch(vocabulary: 29, inputWeight: 0)
    #expect(
      try TransformerPass(weights, adapters: adapters).loss(batch).all
        == TransformerPass(weights).loss(batch).all)
  }

  @Test func mergedWeightsAreTheAdaptedModel() throws {
    let (weights, adapters) = Self.model(AdapterTarget.allCases)
    let batch = GradientTests.batch(vocabulary: 29, inputWeight: 0)
    let before = try TransformerPass(weights).loss(batch).all
    let adapted = try TransformerPass(weights, adapters: adapters).loss(batch).all
    try adapters.merge(into: weights)
    let merged = try TransformerPass(weights).loss(batch).all
    #expect(abs(merged - adapted) < 1e-5)
    #expect(abs(merged - before) > 1e-3)
  }
}
