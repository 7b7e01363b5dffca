import Bytes
import CVectorLoops
import Testing
import Transformer

/// Products in bf16, threads, and layers computed anew.
@Suite struct PrecisionTests {
  @Test func roundsToTheNearestAndTiesToEven() {
    // By hand: 1 + 2^-8 lies between 1 and 1 + 2^-7 and goes to the even 1; 1 + 3·2^-8 goes up to the even one.
    let cases: [(Float, UInt16)] = [
      (0, 0), (-0.0, 0x8000), (1, 0x3f80), (1 + 0x1p-8, 0x3f80), (1 + 0x1p-8 + 0x1p-20, 0x3f81),
      (1 + 0x1.8p-7, 0x3f82), (-1.5, 0xbfc0), (.infinity, 0x7f80), (-.infinity, 0xff80),
      (.greatestFiniteMagnitude, 0x7f80), (0x1p-133, 1),
    ]
    // Once in whole vectors, once in the rest behind them.
    let numbers = cases.map(\.0) + cases.map(\.0)
    var halves = [UInt16](repeating: 7, count: numbers.count)
    pb_to_bf16(numbers, &halves, numbers.count)
    #expect(halves == cases.map(\.1) + cases.map(\.1))
    var nan: [UInt16] = [0]
    pb_to_bf16([.nan], &nan, 1)
    #expect(nan[0] & 0x7f80 == 0x7f80 && nan[0] & 0x7f != 0)
  }

  static func weights(_ configuration: ModelConfiguration) -> ModelWeights {
    let weights = ModelWeights(configuration)
    weights.initialize(SeedKey(seed: 1))
    return weights
  }

  /// Sizes that are no multiples of anything.
  static let configuration = ModelConfiguration(
    vocabulary: 1100, dimension: 40, layers: 3, heads: 4, keyValueHeads: 2, hiddenDimension: 52,
    contextLength: 256)

  /// About 900 rows: several pieces of everything that is divided.
  static func batch(_ vocabulary: Int) -> TokenBatch {
    var batch = TokenBatch()
    var generator = SeededGenerator(SeedKey(seed: 5))
    for index in 0..<23 {
      let tokens = (0..<30 + 2 * (index % 9)).map { _ in
        Int32.random(in: 0..<Int32(vocabulary), using: &generator)
      }
      batch.append(prompt: tokens[..<20], target: tokens[20...], weight: 0.01, inputWeight: 0.005)
    }
    return batch
  }

  static func gradient(
    _ precision: ProductPrecision, adapters: Bool = false, threads: Int = 1, recomputes: Bool = false,
    inTurn: Bool = false, halvesOnly: Bool = false
  ) throws -> (loss: Double, gradient: [Float]) {
    let weights = weights(configuration)
    let lora =
      adapters
      ? LowRankAdapters(
        configuration, AdapterSettings(rank: 4, alpha: 8, targets: AdapterTarget.allCases), SeedKey(seed: 6))
      : nil
    if let lora {
      for place in 0..<lora.values.count { lora.values.pointer[place] += 0.01 * Float(place % 7) }
    }
    if halvesOnly { weights.keepHalvesOnly() }
    let pass = TransformerPass(weights, adapters: lora, precision: precision, threads: threads)
    pass.recomputes = recomputes
    pass.roundsInTurn = inTurn
    let gradient = FloatMemory(count: (lora?.values ?? weights.values).count)
    let loss = try pass.lossAndGradient(batch(configuration.vocabulary), into: gradient).all
    return (loss, Array(UnsafeBufferPointer(start: gradient.pointer, count: gradient.count)))
  }

  @Test(arguments: ProductPrecision.allCases, [false, true])
  func threadsAndLayersComputedAnewChangeNoBit(_ precision: ProductPrecision, _ adapters: Bool) throws {
    let one = try Self.gradient(precision, adapters: adapters)
    #expect(one.gradient.contains { $0 != 0 })
    for threads in 2...3 {
      let more = try Self.gradient(precision, adapters: adapters, threads: threads)
      #expect(more.loss == one.loss)
      #expect(more.gradient == one.gradient)
    }
    let again = try Self.gradient(precision, adapters: adapters, threads: 2, recomputes: true)
    #expect(again.loss == one.loss)
    #expect(again.gradient == one.gradient)
  }

  /// Weights rounded when their turn comes, and frozen ones of which nothing else is left.
  @Test(arguments: [false, true]) func whatBecomesOfTheWeightsChangesNoBit(_ adapters: Bool) throws {
    let kept = try Self.gradient(.bf16, adapters: adapters)
    let inTurn = try Self.gradient(.bf16, adapters: adapters, threads: 2, recomputes: adapters, inTurn: true)
    #expect(inTurn.loss == kept.loss && inTurn.gradient == kept.gradient)
    guard adapters else { return }
    let halves = try Self.gradient(.bf16, adapters: true, threads: 2, halvesOnly: true)
    #expect(halves.loss == kept.loss && halves.gradient == kept.gradient)
  }

  /// Two steps with gradients given away part by part against two on all of them: parameters, moments and norms.
  @Test(arguments: ProductPrecision.allCases, [false, true])
  func aStepInPartsChangesNoBit(_ precision: ProductPrecision, _ tied: Bool) throws {
    var configuration = Self.configuration
    configuration.tied = tied
    configuration.biases = .all
    func train(inParts: Bool) throws -> (numbers: [[Float]], norms: [Double], losses: [Double]) {
      let weights = Self.weights(configuration)
      let pass = TransformerPass(weights, precision: precision, threads: 2)
      pass.roundsInTurn = inParts
      let optimizer = AdamW(weights, AdamW.Settings(decay: 0.1, beta1: 0.9, beta2: 0.99, clip: 0))
      let memory = FloatMemory(
        count: inParts ? GradientTaker.floats(for: weights) : weights.values.count)
      memory.pointer.update(repeating: 3, count: memory.count)
      var (norms, losses) = ([Double](), [Double]())
      for step in 1...2 {
        let batch = Self.batch(configuration.vocabulary)
        if inParts, let partial = optimizer.begin(rate: 0.01, step: step, threads: 2) {
          _ = try pass.lossAndGradient(
            batch, through: memory, known: { losses.append($0.all) }, partial.take)
          norms.append(partial.norm)
        } else {
          losses.append(try pass.lossAndGradient(batch, into: memory).all)
          norms.append(try optimizer.step(memory, rate: 0.01, step: step, threads: 2))
        }
      }
      let numbers = [weights.values, optimizer.first, optimizer.second].map { memory in
        weights.tensors.flatMap {
          Array(UnsafeMutableBufferPointer(start: memory.pointer + $0.offset, count: $0.count))
        }
      }
      return (numbers, norms, losses)
    }
    let (whole, parts) = (try train(inParts: false), try train(inParts: true))
    #expect(whole.numbers == parts.numbers)
    #expect(whole.norms == parts.norms && whole.norms.count == 2 && whole.losses == parts.losses)
    let clipping = AdamW(
      Self.weights(configuration), AdamW.Settings(decay: 0, beta1: 0.9, beta2: 0.99, clip: 1))
    #expect(clipping.begin(rate: 0.01, step: 1, threads: 1) == nil)
  }

  @Test(arguments: [false, true]) func halfPrecisionIsNearTheReference(_ adapters: Bool) throws {
    let full = try Self.gradient(.f32, adapters: adapters)
    let half = try Self.gradient(.bf16, adapters: adapters)
    #expect(abs(half.loss - full.loss) < 2e-3 * full.loss)
    let dot = zip(full.gradient, half.gradient).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    func norm(_ x: [Float]) -> Double { x.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
    #expect(dot / norm(full.gradient) / norm(half.gradient) > 0.999)
    #expect(abs(norm(half.gradient) / norm(full.gradient) - 1) < 0.01)
    #expect(half.gradient != full.gradient)
  }

  @Test func partsAddUp() throws {
    let weights = Self.weights(Self.configuration)
    let pass = TransformerPass(weights)
    let batch = Self.batch(Self.configuration.vocabulary)
    let (once, twice) = (FloatMemory(count: weights.values.count), FloatMemory(count: weights.values.count))
    _ = try pass.lossAndGradient(batch, into: once)
    // What stands there before is overwritten unless it is to be added to.
    twice.pointer.update(repeating: 3, count: twice.count)
    _ = try pass.lossAndGradient(batch, into: twice)
    _ = try pass.lossAndGradient(batch, into: twice, adding: true)
    for tensor in weights.layout.tensors {
      for place in tensor.offset..<tensor.offset + tensor.count {
        let expected = 2 * once.pointer[place]
        #expect(abs(twice.pointer[place] - expected) <= 1e-6 + 1e-5 * abs(expected))
      }
    }
  }
}
