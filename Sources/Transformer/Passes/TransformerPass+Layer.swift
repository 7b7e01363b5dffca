import Bytes
import CVectorLoops

extension TransformerPass {
  /// What a layer leaves for the way back. What norms and the feed-forward's products read is written again there.
  struct LayerState {
    var inverse: Floats  // R
    var queries: Floats  // Q·A
    var keyValues: Floats  // R·2K
    var attended: Floats  // Q·A
    var logSums: Floats  // Q·heads
    var middle: Floats  // Q·D, the residual stream between the blocks
    var feedInverse: Floats  // Q
    var gateUp: Floats  // Q·2H
  }

  func forwardLayer(
    _ index: Int, _ input: Floats, into output: Floats, _ batch: TokenBatch, _ rows: QueryRows,
    _ store: KeyStore?
  ) throws -> LayerState {
    let c = configuration
    let count = rows.count
    let state = LayerState(
      inverse: arena.floats(batch.rows), queries: arena.floats(count * c.queryDimension),
      keyValues: arena.floats(batch.rows * 2 * c.keyValueDimension),
      attended: arena.floats(count * c.queryDimension), logSums: arena.floats(count * c.heads),
      middle: arena.floats(count * c.dimension), feedInverse: arena.floats(count),
      gateUp: arena.floats(count * 2 * c.hiddenDimension))
    try forwardKeys(index, input, batch, rows, state)
    try attend(index, state, rows, store)
    try forwardFeed(index, into: output, rows, state)
    return state
  }

  /// Keys, values and queries of norm(input); `middle` begins as the input.
  private func forwardKeys(
    _ index: Int, _ input: Floats, _ batch: TokenBatch, _ rows: QueryRows, _ state: LayerState
  ) throws {
    let c = configuration
    let (width, pairWidth, queryWidth) = (c.dimension, 2 * c.keyValueDimension, c.queryDimension)
    let gain = parameter(weights.layout.layers[index].attentionNorm)
    let (keyValue, query) = (projection(.keyValue, index), projection(.query, index))
    func queries(_ range: Range<Int>, _ normed: Operand, _ lane: Lane) throws {
      let queries = state.queries + range.lowerBound * queryWidth
      try project(query, normed, into: queries, rows: range.count, lane)
      rotate(queries, stride: queryWidth, heads: c.heads, rows.positions[range])
    }
    try divide(rows: batch.rows) { range, lane in
      let start = range.lowerBound
      let normed = lane.arena.operand(range.count, width, precision)
      pb_rms_norm(
        input + start * width, gain, normed.rows, state.inverse + start, range.count, width,
        Float(c.normEpsilon))
      let keyValues = state.keyValues + start * pairWidth
      try project(keyValue, normed, into: keyValues, rows: range.count, lane)
      rotate(keyValues, stride: pairWidth, heads: c.keyValueHeads, batch.positions[range])
      if rows.rows == nil {
        (state.middle + start * width).update(from: input + start * width, count: range.count * width)
        try queries(range, normed, lane)
      }
    }
    guard let chosen = rows.rows else { return }
    let places = arena.integers(chosen)
    try divide(rows: rows.count) { range, lane in
      let middle = state.middle + range.lowerBound * width
      pb_gather_rows(input, places + range.lowerBound, middle, range.count, width)
      let normed = lane.arena.operand(range.count, width, precision)
      let inverse = lane.arena.floats(range.count)
      pb_rms_norm(middle, gain, normed.rows, inverse, range.count, width, Float(c.normEpsilon))
      try queries(range, normed, lane)
    }
  }

  /// middle += Wo · attended; output = middle + Wdown · swiglu(norm(middle)).
  private func forwardFeed(
    _ index: Int, into output: Floats, _ rows: QueryRows, _ state: LayerState
  ) throws {
    let c = configuration
    let (width, hiddenWidth, queryWidth) = (c.dimension, c.hiddenDimension, c.queryDimension)
    let gain = parameter(weights.layout.layers[index].feedNorm)
    let (after, gateUp, down) = (
      projection(.output, index), projection(.gateUp, index), projection(.down, index)
    )
    try divide(rows: rows.count) { range, lane in
      let (start, count) = (range.lowerBound, range.count)
      let middle = state.middle + start * width
      let attended = operand(state.attended + start * queryWidth, count, queryWidth, lane.arena)
      try project(after, attended, into: middle, rows: count, adding: true, lane)
      let normed = lane.arena.operand(count, width, precision)
      pb_rms_norm(
        middle, gain, normed.rows, state.feedInverse + start, count, width, Float(c.normEpsilon))
      let pair = state.gateUp + start * 2 * hiddenWidth
      try project(gateUp, normed, into: pair, rows: count, lane)
      let hidden = lane.arena.operand(count, hiddenWidth, precision)
      pb_swiglu(pair, hidden.rows, count, hiddenWidth)
      let result = output + start * width
      result.update(from: middle, count: count * width)
      try project(down, hidden, into: result, rows: count, adding: true, lane)
    }
  }

  /// Rows as products read them: themselves, or a copy in bf16.
  func operand(_ x: Floats, _ rows: Int, _ width: Int, _ arena: Arena) -> Operand {
    guard precision == .bf16 else { return Operand(x, stride: width) }
    let result = arena.operand(rows, width, .bf16)
    pb_to_bf16(x, result.rows.half, rows * width)
    return result
  }

  /// Turns heads by their rows' positions, or back.
  func rotate(
    _ x: Floats, stride: Int, heads: Int, _ positions: ArraySlice<Int32>, back: Bool = false
  ) {
    positions.withUnsafeBufferPointer { positions in
      guard let start = positions.baseAddress else { return }
      pb_rotary(
        x, stride, positions.count, heads, configuration.headWidth / 2, start, rotary.cosines, rotary.sines,
        back ? -1 : 1)
    }
  }
}
