import Bytes
import CVectorLoops

/// Greedy generation: prompts in one batch, then one row a sequence and step against stored keys.
struct Generation {
  private let model: LanguageModel
  /// Sequences generated side by side. Fixed, so that the last bits depend on the prompts alone.
  private static let together = 32

  init(_ model: LanguageModel) { self.model = model }

  /// How many tokens of a prompt are read: what the answer leaves, but at least half of the context.
  func promptRoom(_ maximumTokens: Int) -> Int {
    let context = model.configuration.contextLength
    return max(context - maximumTokens, context / 2, model.tokenizer.shortestPrompt)
  }

  private struct TokenizedRequest {
    var prompt: [Int32]
    var maximumTokens: Int
  }

  func run(_ requests: [GenerationRequest], threads: Int) throws -> [GeneratedText] {
    var encoder = TokenEncoder(model.tokenizer)
    let tokenized = requests.map { request in
      let prompt = model.tokenizer.prompt(
        request.prompt, room: promptRoom(request.maximumTokens), &encoder)
      return TokenizedRequest(prompt: prompt.tokens, maximumTokens: max(0, request.maximumTokens))
    }
    let starts = Array(stride(from: 0, to: requests.count, by: Self.together))
    let results = Results<[GeneratedText]>(count: starts.count)
    let passes = PassPool(model.weights)
    try Workers.run(starts.count, threads: threads) { piece, _ in
      let range = starts[piece]..<min(requests.count, starts[piece] + Self.together)
      results.set(piece, try passes.with { try answer(tokenized[range], $0) })
    }
    return results.all.flatMap { $0 }
  }

  private final class Sequence {
    var tokens: [Int32] = []
    var ending = GeneratedText.Ending.length
    let maximumTokens: Int
    let cache: KeyValueCache

    init(_ cache: KeyValueCache, maximumTokens: Int) {
      self.cache = cache
      self.maximumTokens = maximumTokens
    }
  }

  private func answer(
    _ requests: ArraySlice<TokenizedRequest>, _ pass: TransformerPass
  ) throws -> [GeneratedText] {
    let context = model.configuration.contextLength
    var batch = TokenBatch()
    var sequences: [Sequence] = []
    for request in requests {
      let span = batch.append(prompt: request.prompt)
      batch.predict(span.start + span.count - 1)
      let capacity = min(context, request.prompt.count + request.maximumTokens)
      sequences.append(
        Sequence(
          KeyValueCache(model.configuration, capacity: capacity), maximumTokens: request.maximumTokens))
    }
    var chosen = try largest(batch, .storing(sequences.map(\.cache)), pass)
    for (sequence, request) in zip(sequences, requests) { sequence.cache.advance(request.prompt.count) }
    var active = sequences
    while true {
      var going: [Sequence] = []
      batch.removeAll()
      for (sequence, token) in zip(active, chosen) where sequence.maximumTokens > 0 {
        guard token != model.tokenizer.end else {
          sequence.ending = .end
          continue
        }
        sequence.tokens.append(token)
        guard sequence.tokens.count < sequence.maximumTokens, sequence.cache.count < context else { continue }
        let span = batch.append(prompt: CollectionOfOne(token), from: sequence.cache.count)
        batch.predict(span.start)
        going.append(sequence)
      }
      active = going
      guard !active.isEmpty else { break }
      chosen = try largest(batch, .stored(active.map(\.cache)), pass)
      for sequence in active { sequence.cache.advance(1) }
    }
    return sequences.map {
      GeneratedText(
        text: model.tokenizer.decode($0.tokens), tokens: $0.tokens.count, ending: $0.ending)
    }
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
