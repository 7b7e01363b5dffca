import Bytes
import CVectorLoops

/// Greedy generation: prompts in one batch, then one row a sequence and step against stored keys.
struct Generation {
  private let model: LanguageModel
  /// Sequences generated side by side. Fixed, so that the last bits depend on the prompts alone.
  private static let together = 32

  init(_ model: LanguageModel) { self.model = model }

  private struct TokenizedRequest {
    var prompt: [Int32]
    var request: GenerationRequest
  }

  func run(_ requests: [GenerationRequest], threads: Int) throws -> [GeneratedText] {
    var encoder = RequestEncoder(model)
    let tokenized = requests.map {
      TokenizedRequest(prompt: encoder.prompt($0).tokens, request: $0)
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
    var written: GeneratedTokens
    var draw: TokenDraw?
    let cache: KeyValueCache

    init(_ request: GenerationRequest, _ cache: KeyValueCache, _ tokenizer: Tokenizer) {
      self.cache = cache
      written = GeneratedTokens(request, tokenizer)
      if let sampling = request.sampling, sampling.temperature > 0 {
        draw = TokenDraw(sampling, prompt: request.prompt)
      }
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
      let capacity = min(context, request.prompt.count + max(0, request.request.maximumTokens))
      sequences.append(
        Sequence(
          request.request, KeyValueCache(model.configuration, capacity: capacity), model.tokenizer))
    }
    var chosen = try next(sequences, batch, .storing(sequences.map(\.cache)), pass)
    for (sequence, request) in zip(sequences, requests) { sequence.cache.advance(request.prompt.count) }
    var active = sequences
    while true {
      var going: [Sequence] = []
      batch.removeAll()
      for (sequence, token) in zip(active, chosen) {
        sequence.written.append(token)
        if sequence.cache.count >= context { sequence.written.cutOff() }
        guard sequence.written.ending == nil else { continue }
        let span = batch.append(prompt: CollectionOfOne(token), from: sequence.cache.count)
        batch.predict(span.start)
        going.append(sequence)
      }
      active = going
      guard !active.isEmpty else { break }
      chosen = try next(active, batch, .stored(active.map(\.cache)), pass)
      for sequence in active { sequence.cache.advance(1) }
    }
    return sequences.map(\.written.text)
  }

  /// The next token of each sequence: the most probable one, or one that is drawn.
  private func next(
    _ sequences: [Sequence], _ batch: TokenBatch, _ source: TransformerPass.KeySource, _ pass: TransformerPass
  ) throws -> [Int32] {
    let vocabulary = model.configuration.vocabulary
    var result = [Int32](repeating: 0, count: batch.predicting.count)
    try pass.logits(batch, keys: source) { logits, rows in
      result.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return }
        pb_largest(logits, start + rows.lowerBound, rows.count, vocabulary)
      }
      for row in rows {
        let own = UnsafeBufferPointer(
          start: UnsafePointer(logits) + (row - rows.lowerBound) * vocabulary, count: vocabulary)
        let step = sequences[row].written.count
        if let token = sequences[row].draw?.token(own, step: step) { result[row] = token }
      }
    }
    return result
  }
}
