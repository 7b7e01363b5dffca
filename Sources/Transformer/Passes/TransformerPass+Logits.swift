import Bytes

extension TransformerPass {
  /// Gives the logits of the batch's predicting rows, some rows at a time, in order.
  ///
  /// - Parameter give: rows·V logits and which of the predicting rows they belong to.
  func logits(
    _ batch: TokenBatch, keys source: KeySource = .batch,
    _ give: (UnsafeMutablePointer<Float>, Range<Int>) throws -> Void
  ) throws {
    let mark = arena.mark
    defer { arena.release(mark) }
    let state = try forward(batch, keys: source)
    let (width, vocabulary) = (configuration.dimension, configuration.vocabulary)
    let chunk = min(Self.logitRows, state.last.count)
    let logits = arena.floats(chunk * vocabulary)
    for start in stride(from: 0, to: state.last.count, by: max(1, chunk)) {
      let rows = min(chunk, state.last.count - start)
      try MatrixProduct.forward(
        state.normed + start * width, parameter(weights.layout.head), into: logits, rows: rows, inputs: width,
        outputs: vocabulary)
      try give(logits, start..<start + rows)
    }
  }
}
