import ArgumentParser
import Bytes
import Glibc
import Transformer

/// Training steps on rows of drawn tokens: what `Benchmarks/train` times.
///
/// Writes the model and the tokens to a folder, so that a peer may start from the same ones, then reads numbers of
/// steps from standard input, one a line, takes them, and answers with the seconds and the last loss.
@main
struct TrainingSpeed: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "training-speed")

  @Option(help: "A GGUF file or a folder; without it a model of the shape below is drawn.")
  var model: String?

  @Option(help: "vocabulary,dimension,layers,heads,key-value heads,hidden")
  var shape = "4096,256,6,8,8,704"

  @Option(help: "Examples of a step.")
  var batch = 16

  @Option(help: "Tokens of an example.")
  var context = 256

  @Option(help: "f32 or bf16")
  var precision = "f32"

  @Option(help: "The rank of adapters on q, k, v and o; 0 trains all weights.")
  var lora = 0

  @Option(help: "The norm to which gradients are cut down; 0 for none.")
  var clip = 1.0

  @Option(help: "Threads.")
  var threads = 2

  @Flag(help: "Keeps only the layers' inputs on the way forward.")
  var recompute = false

  @Option(help: "Where the model and the tokens go before the first step, and the first gradients after it.")
  var folder: String

  @Flag(help: "Measures the matrix products alone and ends.")
  var peak = false

  func run() throws {
    guard let precision = ProductPrecision(rawValue: precision) else {
      throw ValidationError("'--precision' is f32 or bf16")
    }
    if peak {
      print(try ProductPeak.measure(precision, threads: threads))
      return
    }
    let weights = try weights()
    let adapters =
      lora > 0
      ? LowRankAdapters(
        weights.configuration, AdapterSettings(rank: lora, alpha: Double(2 * lora)), SeedKey(seed: 2)) : nil
    // Were B zero as at the start of a training, A's gradients would be too.
    if let adapters { Self.draw(adapters) }
    try makeFolder(folder)
    var tensors = weights.tensors()
    if let adapters { tensors += adapters.tensors() }
    try Safetensors.write(tensors, metadata: [("format", "pt")], to: folder + "/start.safetensors")
    let batches = try batches(weights.configuration.vocabulary)

    let trained: any ParameterArray = adapters ?? weights
    // As the trainer does.
    if adapters != nil, precision == .bf16 { weights.keepHalvesOnly() }
    let pass = TransformerPass(weights, adapters: adapters, precision: precision, threads: threads)
    pass.roundsInTurn = adapters == nil
    pass.recomputes = recompute
    let inParts = clip == 0 && adapters == nil
    let loss: Double
    let gradient: FloatMemory
    if inParts {
      loss = try pass.loss(batches[0]).all
      gradient = FloatMemory(count: GradientTaker.floats(for: weights))
    } else {
      gradient = FloatMemory(count: trained.values.count)
      loss = try pass.lossAndGradient(batches[0], into: gradient).all
      try Safetensors.write(
        trained.tensors(of: gradient), metadata: [("loss", "\(loss)")], to: folder + "/gradient.safetensors")
    }
    let optimizer = AdamW(trained, AdamW.Settings(decay: 0.1, beta1: 0.9, beta2: 0.999, clip: clip))
    var step = 0
    tell("ready \(loss)")
    while let line = readLine(), let count = Int(line) {
      let start = ContinuousClock.now
      var last = 0.0
      for _ in 0..<count {
        let batch = batches[step % batches.count]
        step += 1
        if inParts, let partial = optimizer.begin(rate: 1e-4, step: step, threads: threads) {
          last = try pass.lossAndGradient(batch, through: gradient, known: { _ in }, partial.take).all
        } else {
          last = try pass.lossAndGradient(batch, into: gradient).all
          _ = try optimizer.step(gradient, rate: 1e-4, step: step, threads: threads)
        }
      }
      tell("\((ContinuousClock.now - start) / .seconds(1)) \(last)")
    }
  }

  /// A line at once: whoever reads it waits for it.
  private func tell(_ line: String) {
    print(line)
    fflush(nil)
  }

  private func weights() throws -> ModelWeights {
    if let model { return try LanguageModel.load(model).weights }
    let numbers = shape.split(separator: ",").compactMap { Int($0) }
    guard numbers.count == 6 else { throw ValidationError("'--shape' has six numbers") }
    let configuration = ModelConfiguration(
      vocabulary: numbers[0], dimension: numbers[1], layers: numbers[2], heads: numbers[3],
      keyValueHeads: numbers[4], hiddenDimension: numbers[5], contextLength: context)
    try configuration.validate()
    let weights = ModelWeights(configuration)
    weights.initialize(SeedKey(seed: 1))
    return weights
  }

  private static func draw(_ adapters: LowRankAdapters) {
    var generator = SeededGenerator(SeedKey(seed: 3))
    for tensor in adapters.tensors where tensor.name.hasSuffix(".lora_B.weight") {
      for place in 0..<tensor.count {
        adapters.values.pointer[tensor.offset + place] = Float.random(in: -0.02...0.02, using: &generator)
      }
    }
  }

  /// A few batches of drawn tokens; every token but each example's first is predicted.
  private func batches(_ vocabulary: Int) throws -> [TokenBatch] {
    var generator = SeededGenerator(SeedKey(seed: 4))
    var text = AtomicText()
    let weight = 1 / Float(batch * context)
    let result = (0..<4).map { _ in
      var made = TokenBatch()
      for _ in 0..<batch {
        // One more than the context: the last is only predicted.
        let tokens = (0...context).map { _ in Int32.random(in: 0..<Int32(vocabulary), using: &generator) }
        made.append(prompt: tokens[..<1], target: tokens[1...], weight: weight)
        text.add(tokens)
      }
      return made
    }
    try text.write(to: folder + "/tokens.txt")
    return result
  }
}

/// Lines of numbers for the peer.
private struct AtomicText {
  private var lines = ""

  mutating func add(_ tokens: [Int32]) { lines += tokens.map(String.init).joined(separator: " ") + "\n" }

  func write(to path: String) throws {
    var file = try AtomicFile(path: path)
    try file.write(lines)
    _ = try file.commit()
  }
}
