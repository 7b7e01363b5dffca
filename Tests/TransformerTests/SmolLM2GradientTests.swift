import Bytes
import Glibc
import Records
import Testing
import Transformer

/// Gradients of one batch on SmolLM2 against PyTorch's (`Fixtures/make_gradients.py`), of every tensor.
@Suite(.serialized) struct SmolLM2GradientTests {
  @Test func ofAllWeights() throws {
    guard let path = SmolLM2.path else {
      print("skipped: no SmolLM2; 'phrasebook train --model smollm2' fetches it")
      return
    }
    let fixture = try Fixtures.value("gradients.json")
    let weights = try LanguageModel.load(path).weights
    try expect(
      TransformerPass(weights, threads: 2), weights, fixture["weights"], loss: fixture["loss"].double)
  }

  @Test func ofAdapters() throws {
    guard let path = SmolLM2.path else {
      print("skipped: no SmolLM2; 'phrasebook train --model smollm2' fetches it")
      return
    }
    let fixture = try Fixtures.value("gradients.json")
    let weights = try LanguageModel.load(path).weights
    let settings = AdapterSettings(
      rank: fixture["rank"].int, alpha: fixture["alpha"].double, targets: AdapterTarget.allCases)
    let adapters = LowRankAdapters(weights.configuration, settings, SeedKey(seed: 1))
    for (place, tensor) in adapters.tensors.enumerated() {
      let scale = tensor.name.hasSuffix("lora_A.weight") ? 1 / Double(tensor.shape[1]).squareRoot() : 0.02
      for i in 0..<tensor.count {
        adapters.values.pointer[tensor.offset + i] = Float(scale * sin(0.7 * Double(i) + Double(place)))
      }
    }
    let pass = TransformerPass(weights, adapters: adapters, threads: 2)
    try expect(pass, adapters, fixture["adapters"], loss: fixture["adapted_loss"].double)
  }

  private func expect(
    _ pass: TransformerPass, _ trained: any ParameterArray, _ expected: Value, loss: Double
  ) throws {
    let fixture = try Fixtures.value("gradients.json")
    let waves = fixture["waves"].items.map(\.double)
    let gradient = FloatMemory(count: trained.values.count)
    var batch = TokenBatch()
    for (example, lengths) in fixture["lengths"].items.enumerated() {
      let (prompt, target) = (lengths.items[0].int, lengths.items[1].int)
      let ids = (0..<prompt + target).map { Int32((example * 10_007 + $0 * 7_919 + 11) % 49_152) }
      batch.append(prompt: ids[..<prompt], target: ids[prompt...], weight: 1 / 16)
    }
    let found = try pass.lossAndGradient(batch, into: gradient).all
    #expect(abs(found - loss) < 1e-4 * loss)
    for tensor in trained.tensors {
      let figures = expected[tensor.name].items.map(\.double)
      try #require(figures.count == waves.count + 1, "\(tensor.name)")
      var (square, sums) = (0.0, waves.map { _ in 0.0 })
      for i in 0..<tensor.count {
        let value = Double(gradient.pointer[tensor.offset + i])
        square += value * value
        for (index, wave) in waves.enumerated() { sums[index] += value * cos(wave * Double(i)) }
      }
      let norm = figures[0]
      #expect(
        abs(square.squareRoot() - norm) < 1e-3 * norm, "\(tensor.name): \(square.squareRoot()), \(norm)")
      // A difference of 1e-3 of the norm, spread over the tensor, changes a product by about that.
      for (a, b) in zip(sums, figures.dropFirst()) {
        #expect(abs(a - b) < 1e-3 * norm, "\(tensor.name): \(a), expected \(b)")
      }
    }
  }
}
