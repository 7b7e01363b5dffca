import Bytes
import CVectorLoops

extension TransformerPass {
  /// Gives the batch's loss and its gradient, which has the layout of what is trained: the weights, or the adapters.
  ///
  /// - Parameter adding: adds to what `gradient` holds; otherwise that is overwritten.
  package func lossAndGradient(_ batch: TokenBatch, into gradient: FloatMemory, adding: Bool = false) throws
    -> Loss
  {
    try lossAndGradient(batch, GradientTaker(keeping: gradient), adding: adding) { _ in }
  }

  /// Gives the batch's loss, and the gradients of the weights part by part: a part's weights may be changed as soon as
  /// they are given.
  ///
  /// - Parameters:
  ///   - memory: `GradientTaker.floats(for:)` floats.
  ///   - known: called with the loss before the first gradient is given.
  ///   - take: called for each part.
  package func lossAndGradient(
    _ batch: TokenBatch, through memory: FloatMemory, known: (Loss) throws -> Void,
    _ take: @escaping GradientTaker.Take
  ) throws -> Loss {
    try lossAndGradient(batch, GradientTaker(memory, take), adding: false, known)
  }

  private func lossAndGradient(
    _ batch: TokenBatch, _ taker: GradientTaker, adding: Bool, _ known: (Loss) throws -> Void
  ) throws -> Loss {
    let mark = arena.mark
    defer { arena.release(mark) }
    let state = try forward(batch, keeping: recomputes ? .inputs : .everything)
    let width = configuration.dimension
    let layout = weights.layout
    let isTied = layout.head == layout.embedding
    let trained = adapters == nil
    /// Where a part's gradients go, with those cleared that are added to.
    func begin(_ part: ParameterLayout.Part) -> Gradients {
      let gradients = taker.gradients(of: part, layout)
      if !adding, trained { clearSmallTensors(of: part, gradients) }
      return gradients
    }
    func end(_ part: ParameterLayout.Part) throws { if trained { try taker.finish(part, layout) } }

    let dnormed = arena.floats(state.last.count * width)
    let ends: ParameterLayout.Part = isTied ? .embedding : .head
    let head = begin(ends)
    let loss = try lossAndHead(state, dnormed, trained ? head : nil, adding: adding)
    try known(loss)
    if !isTied { try end(.head) }

    // The gradient of the residual stream, which every block adds to.
    var dstream = zeros(state.last.count * width)
    let gain = begin(.finalNorm)
    try normBackward(
      state.streams[configuration.layers], layout.finalNorm, state.inverse, dnormed, into: dstream,
      trained ? gain.at(layout.finalNorm) : nil, rows: state.last.count)
    try end(.finalNorm)
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
        .run(dstream, into: dinput, begin(.layer(index)), adding: adding)
      arena.release(mark)
      dstream = dinput
      try end(.layer(index))
    }
    guard trained else { return loss }
    let embedding = isTied ? head : begin(.embedding)
    pb_scatter_add_rows(
      embedding.at(layout.embedding), arena.integers(state.batch.tokens), dstream, state.batch.used, width)
    try end(.embedding)
    return loss
  }

  /// Clears gains and biases, which are added to, and an embedding that is not the head's matrix too; products
  /// overwrite the rest.
  private func clearSmallTensors(of part: ParameterLayout.Part, _ gradients: Gradients) {
    let layout = weights.layout
    let range = layout.range(of: part)
    for tensor in layout.tensors
    where range.contains(tensor.offset)
      && (!tensor.isMatrix || tensor.offset == layout.embedding && layout.head != layout.embedding)
    {
      gradients.at(tensor.offset).update(repeating: 0, count: tensor.count)
    }
  }

  func zeros(_ count: Int) -> Floats {
    let memory = arena.floats(count)
    memory.update(repeating: 0, count: count)
    return memory
  }

  /// dx += the gradient of a norm's input; the gain's is added to `dgain`, unless that is nil.
  func normBackward(
    _ x: Floats, _ gain: Int, _ inverse: Floats, _ dy: Floats, into dx: Floats, _ dgain: Floats?, rows: Int
  ) throws {
    let width = configuration.dimension
    let sums = GainSums(rows: rows, self)
    try divide(rows: rows) { range, _ in
      let start = range.lowerBound * width
      pb_rms_norm_backward(
        x + start, parameter(gain), inverse + range.lowerBound, dy + start, dx + start, sums.of(range),
        range.count, width)
    }
    sums.add(to: dgain)
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
