import Bytes
import CVectorLoops

extension TransformerPass {
  /// Gives the batch's loss and its gradient, which has the layout of what is trained: the weights, or the adapters.
  ///
  /// - Parameter adding: adds to what `gradient` holds; otherwise that is overwritten.
  package func lossAndGradient(_ batch: TokenBatch, into gradient: FloatMemory, adding: Bool = false) throws
    -> Loss
  {
    let mark = arena.mark
    defer { arena.release(mark) }
    if !adding { clearSmallTensors(gradient.pointer) }
    let state = try forward(batch, keeping: recomputes ? .inputs : .everything)
    let width = configuration.dimension
    let layout = weights.layout
    let trained = adapters == nil ? gradient.pointer : nil
    let dnormed = arena.floats(state.last.count * width)
    let loss = try lossAndHead(state, dnormed, trained, adding: adding)

    // The gradient of the residual stream, which every block adds to.
    var dstream = zeros(state.last.count * width)
    try normBackward(
      state.streams[configuration.layers], layout.finalNorm, state.inverse, dnormed, into: dstream, trained,
      rows: state.last.count)
    for index in (0..<configuration.layers).reversed() {
      let rows = index == configuration.layers - 1 ? state.last : state.all
      // What is returned is taken before the mark.
      let dinput = rows.rows == nil ? dstream : zeros(state.batch.rows * width)
      let mark = arena.mark
      let input = state.streams[index]
      let kept =
        recomputes
        ? try forwardLayer(index, input, into: arena.floats(rows.count * width), state.batch, rows, nil)
        : state.layers[index]
      try LayerBackward(pass: self, index: index, input: input, state: kept, batch: state.batch, rows: rows)
        .run(dstream, into: dinput, gradient.pointer, adding: adding)
      arena.release(mark)
      dstream = dinput
    }
    if let trained {
      pb_scatter_add_rows(
        trained + layout.embedding, arena.integers(state.batch.tokens), dstream, state.batch.used, width)
    }
    return loss
  }

  /// Clears gains and biases, which are added to, and an embedding that is not the head's matrix too; products
  /// overwrite the rest.
  private func clearSmallTensors(_ gradient: Floats) {
    guard adapters == nil else { return }
    let layout = weights.layout
    for tensor in layout.tensors
    where !tensor.isMatrix || tensor.offset == layout.embedding && layout.head != layout.embedding {
      (gradient + tensor.offset).update(repeating: 0, count: tensor.count)
    }
  }

  func zeros(_ count: Int) -> Floats {
    let memory = arena.floats(count)
    memory.update(repeating: 0, count: count)
    return memory
  }

  /// dx += the gradient of a norm's input; the gain's is added to `gradient`, unless that is nil.
  func normBackward(
    _ x: Floats, _ gain: Int, _ inverse: Floats, _ dy: Floats, into dx: Floats, _ gradient: Floats?, rows: Int
  ) throws {
    let width = configuration.dimension
    let sums = GainSums(rows: rows, self)
    try divide(rows: rows) { range, _ in
      let start = range.lowerBound * width
      pb_rms_norm_backward(
        x + start, parameter(gain), inverse + range.lowerBound, dy + start, dx + start, sums.of(range),
        range.count, width)
    }
    sums.add(to: gradient.map { $0 + gain })
  }
}

/// The gradient of a norm's gain, summed by pieces of rows, then over the pieces in their order.
struct GainSums {
  private let memory: Floats
  private let pieces: Int
  private let size: Int
  private let width: Int

  init(rows: Int, _ pass: TransformerPass) {
    width = pass.configuration.dimension
    size = TransformerPass.pieceRows(rows)
    pieces = (rows + size - 1) / size
    memory = pass.zeros(pieces * width)
  }

  func of(_ range: Range<Int>) -> Floats { memory + range.lowerBound / size * width }

  func add(to gradient: Floats?) {
    guard let gradient else { return }
    pb_add_row_sums(gradient, memory, pieces, width)
  }
}
