import Bytes
import CVectorLoops

extension TransformerPass {
  /// Σ weight · −log p(token), in nats: over everything predicted, which is what is made smaller, and over
  /// the targets' tokens alone, which is what is reported.
  package struct Loss: Sendable {
    package var all = 0.0
    package var targets = 0.0

    package init() {}
  }

  /// The batch's loss without its gradient.
  package func loss(_ batch: TokenBatch) throws -> Loss {
    let mark = arena.mark
    defer { arena.release(mark) }
    return try lossAndHead(try forward(batch), nil, nil, adding: false)
  }

  /// Gives the logits of the batch's predicting rows, some rows at a time, in order.
  ///
  /// - Parameter give: rows·V logits and which of the predicting rows they belong to.
  func logits(
    _ batch: TokenBatch, keys store: KeyStore? = nil, _ give: (Floats, Range<Int>) throws -> Void
  ) throws {
    let mark = arena.mark
    defer { arena.release(mark) }
    let state = try forward(batch, keys: store)
    try forEachBlock(of: state) { range, logits in
      try give(logits, range.lowerBound..<min(range.upperBound, state.last.used))
    }
  }

  /// Floats of logits held at a time: they are the largest thing here.
  private static let mostLogits = 12 << 20
  /// Columns of logits, or rows of the head's matrix, that a piece of work has.
  private static let pieceTokens = 1024

  /// Computes the logits of some rows at a time.
  private func forEachBlock(
    of state: ForwardState, _ body: (Range<Int>, Floats) throws -> Void
  ) throws {
    let (width, vocabulary, count) = (configuration.dimension, configuration.vocabulary, state.last.count)
    let size = min(count, max(16, Self.mostLogits / vocabulary / 16 * 16))
    guard size > 0 else { return }
    let head = weights.operand(weights.layout.head, stride: width, precision)
    let logits = arena.floats(size * vocabulary)
    for start in stride(from: 0, to: count, by: size) {
      let rows = min(size, count - start)
      try divide((vocabulary + Self.pieceTokens - 1) / Self.pieceTokens) { piece, lane in
        let token = piece * Self.pieceTokens
        try lane.forward(
          state.normed.from(row: start), head.from(row: token), into: logits + token, stride: vocabulary,
          rows: rows, inputs: width, outputs: min(Self.pieceTokens, vocabulary - token))
      }
      try body(start..<start + rows, logits)
    }
  }

  /// The loss and, if wanted, the gradients of the head's input and matrix.
  func lossAndHead(
    _ state: ForwardState, _ dnormed: Floats?, _ gradient: Floats?, adding: Bool
  ) throws -> Loss {
    let (width, vocabulary, used) = (configuration.dimension, configuration.vocabulary, state.last.used)
    let mark = arena.mark
    defer { arena.release(mark) }
    let losses = arena.floats(max(1, used))
    let head = weights.operand(weights.layout.head, stride: width, precision)
    let batch = state.batch
    try forEachBlock(of: state) { range, logits in
      let mark = arena.mark
      defer { arena.release(mark) }
      let changes =
        precision == .f32 || dnormed == nil
        ? Operand(logits, stride: vocabulary) : arena.operand(range.count, vocabulary, .bf16)
      // Softmax and its gradient, then that of the rows behind it.
      try divide(rows: range.count) { piece, lane in
        let (first, last) = (range.lowerBound + piece.lowerBound, range.lowerBound + piece.upperBound)
        let predicting = max(0, min(last, used) - first)
        let own = changes.from(row: piece.lowerBound)
        batch.targets.withUnsafeBufferPointer { targets in
          batch.weights.withUnsafeBufferPointer { weights in
            guard let target = targets.baseAddress, let weight = weights.baseAddress else { return }
            pb_cross_entropy(
              logits + piece.lowerBound * vocabulary, target + first, weight + first, losses + first,
              own.rows.half, predicting, vocabulary)
          }
        }
        guard let dnormed else { return }
        let rest = own.from(row: predicting)
        rest.start.initializeMemory(
          as: UInt8.self, repeating: 0, count: (piece.count - predicting) * vocabulary * precision.size)
        try lane.inputGradient(
          own, head, into: dnormed + first * width, stride: width, rows: piece.count, inputs: width,
          outputs: vocabulary)
      }
      guard let gradient else { return }
      try divide((vocabulary + Self.pieceTokens - 1) / Self.pieceTokens) { piece, lane in
        let token = piece * Self.pieceTokens
        try lane.weightGradient(
          changes.from(column: token), state.normed.from(row: range.lowerBound),
          into: gradient + weights.layout.head + token * width, rows: range.count, inputs: width,
          outputs: min(Self.pieceTokens, vocabulary - token), adding: adding || range.lowerBound > 0)
      }
    }
    var total = Loss()
    for row in 0..<used {
      total.all += Double(losses[row])
      if batch.areTargets[row] { total.targets += Double(losses[row]) }
    }
    return total
  }
}
