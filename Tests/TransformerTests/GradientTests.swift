import Bytes
import Testing
import Transformer

/// Gradients against finite differences of the loss, for every kind of parameter.
@Suite struct GradientTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var heads: Int
    var keyValueHeads: Int
    var dimension: Int
    var hidden: Int
    var tied: Bool
    var inputWeight: Float
    var headWidth: Int?
    var biases = ModelConfiguration.AttentionBiases.none
    var testDescription: String {
      "dim \(dimension), heads \(heads)/\(keyValueHeads), hidden \(hidden), tied \(tied), input \(inputWeight), "
        + "head \(headWidth ?? 0), biases \(biases)"
    }
  }

  static let cases = [
    Case(heads: 2, keyValueHeads: 2, dimension: 32, hidden: 48, tied: true, inputWeight: 0),
    Case(heads: 4, keyValueHeads: 2, dimension: 24, hidden: 20, tied: false, inputWeight: 0.3),
    Case(heads: 3, keyValueHeads: 1, dimension: 30, hidden: 37, tied: true, inputWeight: 0.3),
    Case(heads: 1, keyValueHeads: 1, dimension: 64, hidden: 16, tied: false, inputWeight: 0),
    Case(
      heads: 3, keyValueHeads: 1, dimension: 20, hidden: 24, tied: true, inputWeight: 0.3, headWidth: 12,
      biases: .all),
    Case(
      heads: 4, keyValueHeads: 2, dimension: 24, hidden: 20, tied: false, inputWeight: 0,
      biases: .queryKeyValue),
  ]

  static func batch(vocabulary: Int, inputWeight: Float) -> TokenBatch {
    var batch = TokenBatch()
    var generator = SeededGenerator(SeedKey(seed: 5))
    func tokens(_ count: Int) -> [Int32] {
      (0..<count).map { _ in Int32.random(in: 0..<Int32(vocabulary), using: &generator) }
    }
    // Lengths around the kernels' blocks of 8 rows and 16 columns.
    for (prompt, target) in [(3, 1), (21, 4), (9, 2), (1, 1)] {
      batch.append(prompt: tokens(prompt), target: tokens(target), weight: 0.25, inputWeight: inputWeight)
    }
    return batch
  }

  @Test(arguments: cases) func finiteDifferences(_ c: Case) throws {
    let configuration = ModelConfiguration(
      vocabulary: 29, dimension: c.dimension, layers: 2, heads: c.heads, keyValueHeads: c.keyValueHeads,
      hiddenDimension: c.hidden, contextLength: 64, tied: c.tied, headWidth: c.headWidth, biases: c.biases)
    try configuration.validate()
    let weights = ModelWeights(configuration)
    weights.initialize(SeedKey(seed: 1))
    // Gains other than 1, so that an error in their place shows.
    var draws = NormalDraws(SeedKey(seed: 2))
    for tensor in weights.layout.tensors where !tensor.isMatrix {
      for place in 0..<tensor.count {
        weights.values.pointer[tensor.offset + place] += 0.2 * Float(draws.next())
      }
    }
    let batch = Self.batch(vocabulary: 29, inputWeight: c.inputWeight)
    let pass = TransformerPass(weights)
    let gradient = FloatMemory(count: weights.layout.count)
    let loss = try pass.lossAndGradient(batch, into: gradient).all
    #expect(abs(loss - (try pass.loss(batch).all)) < 1e-6)

    var generator = SeededGenerator(SeedKey(seed: 3))
    for tensor in weights.layout.tensors {
      // Along a random direction: one difference tests every number of the tensor.
      let direction = (0..<tensor.count).map { _ in Float(Bool.random(using: &generator) ? 1 : -1) }
      let memory = weights.values.pointer + tensor.offset
      let original = Array(UnsafeBufferPointer(start: memory, count: tensor.count))
      let expected = (0..<tensor.count).reduce(0.0) {
        $0 + Double(direction[$1]) * Double(gradient.pointer[tensor.offset + $1])
      }
      // So large that what f32 rounds off the loss, divided by it, stays below the tolerance.
      let step: Float = 6e-3 / Float(tensor.count).squareRoot()
      func loss(at factor: Float) throws -> Double {
        for place in 0..<tensor.count { memory[place] = original[place] + factor * step * direction[place] }
        defer { memory.update(from: original, count: tensor.count) }
        return try pass.loss(batch).all
      }
      // The five-point formula: an error of the fourth power of the step.
      let near = try loss(at: 1) - loss(at: -1)
      let far = try loss(at: 2) - loss(at: -2)
      let found = (8 * near - far) / (12 * Double(step))
      let norm = (0..<tensor.count).reduce(0.0) {
        let g = Double(gradient.pointer[tensor.offset + $1])
        return $0 + g * g
      }.squareRoot()
      #expect(
        abs(found - expected) < 4e-3 * max(norm, 0.05),
        "\(tensor.name): \(found), expected \(expected), norm \(norm)")
    }
  }
}
