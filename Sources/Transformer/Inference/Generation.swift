import Bytes
import CVectorLoops

/// Greedy generation: prompts in one batch, then one row a sequence and step against stored keys.
struct Generation {
  private let model: LanguageModel
  private let maximumTokens: Int
  /// Sequences generated side by side. Fixed, so that the last bits depend on the prompts alone.
  private static let together = 32

  init(_ model: LanguageModel, maximumTokens: Int) {
    self.model = model
    self.maximumTokens = max(0, maximumTokens)
  }

  /// How many tokens of a prompt are read: what the answer leaves, but at least half of the context.
  var promptRoom: Int {
    let context = model.configuration.contextLength
    return max(context - maximumTokens, context / 2, model.tokenizer.shortestPrompt)
  }

  func run(_ prompts: [String], threads: Int) throws -> [String] {
    guard maximumTokens > 0 else { return prompts.map { _ in "" } }
    var encoder = TokenEncoder(model.tokenizer)
    let tokenized = prompts.map { model.tokenizer.prompt($0, room: promptRoom, &encoder).tokens }
    let starts = Array(stride(from: 0, to: prompts.count, by: Self.together))
    let results = Results<[String]>(count: starts.count)
    let passes = PassPool(model.weights)
    try Workers.run(starts.count, threads: threads) { piece, _ in
      let range = starts[piece]..<min(prompts.count, starts[piece] + Self.together)
      results.set(piece, try passes.with { try answer(tokenized[range], $0) })
    }
    return results.all.flatMap { $0 }
  }

  private final class Sequence {
    var tokens: [Int32] = []
    let cache: KeyValueCache
    init(_ cache: KeyValueCache) { self.cache = cache }
  }

  private func answer(_ prompts: ArraySlice<[Int32]>, _ pass: TransformerPass) throws -> [String] {
    let context = model.configuration.contextLength
    var batch = TokenBatch()
    var sequences: [Sequence] = []
    for prompt in prompts {
      let span = batch.append(prompt: prompt)
      batch.predict(span.start + span.count - 1)
      let capacity = min(context, prompt.count + maximumTokens)
      sequences.append(Sequence(KeyValueCache(model.configuration, capacity: capacity)))
    }
    var chosen = try largest(batch, .storing(sequences.map(\.cache)), pass)
    for (sequence, prompt) in zip(sequences, prompts) { sequence.cache.advance(prompt.count) }
    var active = sequences
    while true {
      var going: [Sequence] = []
      batch.removeAll()
      for (sequence, token) in zip(active, chosen) where token != model.tokenizer.end {
        sequence.tokens.append(token)
        guard sequence.tokens.count < maximumTokens, sequence.cache.count < context else { continue }
        let span = batch.append(prompt: CollectionOfOne(token), from: sequence.cache.count)
        batch.predict(span.start)
        going.append(sequence)
      }
      active = going
      guard !active.isEmpty else { break }
      chosen = try largest(batch, .stored(active.map(\.cache)), pass)
      for sequence in active { sequence.cache.advance(1) }
    }
    return sequences.map { model.tokenizer.decode($0.tokens) }
  }

  private func largest(
    _ batch: TokenBatch, _ source: TransformerPass.KeySource, _ pass: TransformerPass
  ) throws -> [Int32] {
    var result = [Int32](repeating: 0, count: batch.predicting.count)
    try pass.logits(batch, keys: source) { logits, rows in
      result.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return }
        pb_largest(logits, start + rows.lowerBound, rows.count, model.configuration.vocabulary)
      }
    }
    return result
  }
}
