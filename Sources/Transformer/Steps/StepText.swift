/// A text that is being written, with the keys and values of what stands there so far.
final class StepText {
  let request: Int
  var written: GeneratedTokens
  var draw: TokenDraw?
  /// What texts with the same beginning share.
  let shared: StepMemory?
  let own: StepMemory
  /// The token that the next step reads.
  var last: Int32 = 0

  init(
    _ request: Int, _ asked: GenerationRequest, _ tokenizer: Tokenizer, shared: StepMemory?, own: StepMemory
  ) {
    self.request = request
    self.shared = shared
    self.own = own
    written = GeneratedTokens(asked, tokenizer)
    if let sampling = asked.sampling, sampling.temperature > 0 {
      draw = TokenDraw(sampling, prompt: asked.prompt)
    }
  }

  /// Tokens that were read.
  var count: Int { (shared?.count ?? 0) + own.count }

  /// The next token: the likeliest, or one that is drawn.
  func take(_ likeliest: Int32, _ logits: UnsafeBufferPointer<Float>) {
    last = draw?.token(logits, step: written.count) ?? likeliest
    written.append(last)
  }
}
