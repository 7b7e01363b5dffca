import Bytes

extension LanguageModel {
  /// The logits after every token: what the model makes of each beginning of the text, one row of the
  /// vocabulary's size a token.
  package func logits(of tokens: [Int32]) throws -> [[Float]] {
    for token in tokens where token < 0 || Int(token) >= configuration.vocabulary {
      throw Diagnostic("the token \(token) is none of the model's \(configuration.vocabulary)")
    }
    var batch = TokenBatch()
    let span = batch.append(prompt: tokens)
    for row in span.start..<span.start + span.count { batch.predict(row) }
    var result: [[Float]] = []
    try TransformerPass(weights).logits(batch) { logits, rows in
      for row in 0..<rows.count {
        let start = logits + row * configuration.vocabulary
        result.append(Array(UnsafeBufferPointer(start: start, count: configuration.vocabulary)))
      }
    }
    return result
  }
}
