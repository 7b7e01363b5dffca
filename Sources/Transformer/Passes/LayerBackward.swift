import Bytes
import CVectorLoops

/// The way back through one layer.
struct LayerBackward {
  let pass: TransformerPass
  let index: Int
  let input: Floats
  let state: TransformerPass.LayerState
  let batch: TokenBatch
  let rows: QueryRows

  private var c: ModelConfiguration { pass.configuration }
  private var place: ParameterLayout.Layer { pass.weights.layout.layers[index] }
  private var trainsWeights: Bool { pass.adapters == nil }

  /// Takes the gradient of the layer's output rows, which is used up, and adds that of its input rows to `dinput`
  /// (which may be the same memory).
  func run(_ dstream: Floats, into dinput: Floats, _ gradient: Gradients, adding: Bool) throws {
    try pass.begin(layer: index)
    let dattended = pass.arena.floats(rows.count * c.queryDimension)
    try feedForward(dstream, into: dattended, gradient, adding: adding)
    let dqueries = pass.arena.floats(rows.count * c.queryDimension)
    let dkeyValues = pass.zeros(batch.rows * 2 * c.keyValueDimension)
    try pass.attendBackward(state, rows, dattended, dqueries, dkeyValues)
    try keys(dqueries, dkeyValues, dstream, into: dinput, gradient, adding: adding)
  }

  /// From the output to `middle`, whose gradient replaces dstream, and on to what attention gave.
  private func feedForward(
    _ dstream: Floats, into dattended: Floats, _ gradient: Gradients, adding: Bool
  ) throws {
    let (width, hiddenWidth, queryWidth) = (c.dimension, c.hiddenDimension, c.queryDimension)
    let (arena, precision, count) = (pass.arena, pass.precision, rows.count)
    let mark = arena.mark
    defer { arena.release(mark) }
    let down = ProjectionBackward(pass.projection(.down, index), rows: count, pass)
    let gateUp = ProjectionBackward(pass.projection(.gateUp, index), rows: count, pass)
    let output = ProjectionBackward(pass.projection(.output, index), rows: count, pass)
    let doutput = arena.operand(count, width, precision)
    let hidden = arena.operand(count, hiddenWidth, precision)
    let dpair = arena.operand(count, 2 * hiddenWidth, precision)
    let normed = arena.operand(count, width, precision)
    let dmiddle = precision == .f32 ? Operand(dstream, stride: width) : arena.operand(count, width, .bf16)
    let attended =
      precision == .f32
      ? Operand(state.attended, stride: queryWidth) : arena.operand(count, queryWidth, .bf16)
    let sums = GainSums(rows: count, pass)
    let gain = pass.parameter(place.feedNorm)
    try pass.divide(rows: count) { range, lane in
      let (start, n) = (range.lowerBound, range.count)
      let own = dstream + start * width
      pb_scale(own, 1, doutput.from(row: start).rows, n * width)
      let dhidden = lane.arena.floats(n * hiddenWidth)
      let pair = state.gateUp.from(row: start).expanded(n, lane.arena)
      if !down.projection.adapters.isEmpty { pb_swiglu(pair, hidden.from(row: start).rows, n, hiddenWidth) }
      try down.inputGradient(
        doutput.from(row: start), hidden.from(row: start), into: dhidden, start: start, rows: n, pass, lane)
      pb_swiglu_backward(
        pair, dhidden, dpair.from(row: start).rows, hidden.from(row: start).rows, n, hiddenWidth)
      pb_rms_norm_again(
        state.middle + start * width, gain, state.feedInverse + start, normed.from(row: start).rows, n, width)
      let dnormed = lane.arena.floats(n * width)
      try gateUp.inputGradient(
        dpair.from(row: start), normed.from(row: start), into: dnormed, start: start, rows: n, pass, lane)
      pb_rms_norm_backward(
        state.middle + start * width, gain, state.feedInverse + start, dnormed, own, sums.of(range), n, width)
      if precision == .bf16 {
        pb_to_bf16(own, dmiddle.from(row: start).rows.half, n * width)
        pb_to_bf16(
          state.attended + start * queryWidth, attended.from(row: start).rows.half, n * queryWidth)
      }
      try output.inputGradient(
        dmiddle.from(row: start), attended.from(row: start), into: dattended + start * queryWidth,
        start: start, rows: n, pass, lane)
    }
    var products = WeightGradients(adding: adding)
    down.collect(doutput, hidden, rows: count, gradient, &products, pass)
    gateUp.collect(dpair, normed, rows: count, gradient, &products, pass)
    output.collect(dmiddle, attended, rows: count, gradient, &products, pass)
    try products.run(pass)
    guard trainsWeights else { return }
    sums.add(to: gradient.at(place.feedNorm))
    if let bias = place.outputBias { pb_add_row_sums(gradient.at(bias), dstream, count, width) }
  }

  /// From queries, keys and values to the layer's input.
  private func keys(
    _ dqueries: Floats, _ dkeyValues: Floats, _ dmiddle: Floats, into dinput: Floats, _ gradient: Gradients,
    adding: Bool
  ) throws {
    let (width, queryWidth, pairWidth) = (c.dimension, c.queryDimension, 2 * c.keyValueDimension)
    let (arena, precision, count) = (pass.arena, pass.precision, rows.count)
    let query = ProjectionBackward(pass.projection(.query, index), rows: count, pass)
    let keyValue = ProjectionBackward(pass.projection(.keyValue, index), rows: batch.rows, pass)
    let normed = arena.operand(batch.rows, width, precision)
    let dkeys =
      precision == .f32
      ? Operand(dkeyValues, stride: pairWidth) : arena.operand(batch.rows, pairWidth, .bf16)
    let dasked =
      precision == .f32 ? Operand(dqueries, stride: queryWidth) : arena.operand(count, queryWidth, .bf16)
    let gain = pass.parameter(place.attentionNorm)
    let dnormed = arena.floats(batch.rows * width)
    let sums = GainSums(rows: batch.rows, pass)

    /// The queries' share of some rows.
    func ask(_ range: Range<Int>, _ x: Operand, into dx: Floats, adding: Bool, _ lane: Lane) throws {
      let own = dqueries + range.lowerBound * queryWidth
      pass.rotate(own, stride: queryWidth, heads: c.heads, rows.positions[range], back: true)
      let dy = dasked.from(row: range.lowerBound)
      if precision == .bf16 { pb_to_bf16(own, dy.rows.half, range.count * queryWidth) }
      try query.inputGradient(
        dy, x, into: dx, start: range.lowerBound, rows: range.count, adding: adding, pass, lane)
    }

    func finish(_ range: Range<Int>) {
      let start = range.lowerBound * width
      pb_rms_norm_backward(
        input + start, gain, state.inverse + range.lowerBound, dnormed + start, dinput + start,
        sums.of(range),
        range.count, width)
    }

    try pass.divide(rows: batch.rows) { range, lane in
      let (start, n) = (range.lowerBound, range.count)
      let own = dkeyValues + start * pairWidth
      pass.rotate(own, stride: pairWidth, heads: c.keyValueHeads, batch.positions[range], back: true)
      if precision == .bf16 { pb_to_bf16(own, dkeys.from(row: start).rows.half, n * pairWidth) }
      let x = normed.from(row: start)
      pb_rms_norm_again(input + start * width, gain, state.inverse + start, x.rows, n, width)
      let dx = dnormed + start * width
      try keyValue.inputGradient(dkeys.from(row: start), x, into: dx, start: start, rows: n, pass, lane)
      if rows.rows == nil {
        try ask(range, x, into: dx, adding: true, lane)
        finish(range)
      }
    }
    var asking = normed
    if let chosen = rows.rows {
      // The rows that predict, by themselves, then back to their places.
      let places = arena.integers(chosen)
      let (dchosen, gathered) = (arena.floats(count * width), arena.floats(count * width))
      asking = arena.operand(count, width, precision)
      pb_gather_rows(input, places, gathered, count, width)
      let inverses = arena.floats(count)
      try pass.divide(rows: count) { range, lane in
        let x = asking.from(row: range.lowerBound)
        pb_rms_norm(
          gathered + range.lowerBound * width, gain, x.rows, inverses + range.lowerBound, range.count, width,
          Float(c.normEpsilon))
        try ask(range, x, into: dchosen + range.lowerBound * width, adding: false, lane)
      }
      pb_scatter_add_rows(dnormed, places, dchosen, rows.used, width)
      pb_scatter_add_rows(dinput, places, dmiddle, rows.used, width)
      try pass.divide(rows: batch.rows) { range, _ in finish(range) }
    }
    var products = WeightGradients(adding: adding)
    query.collect(dasked, asking, rows: count, gradient, &products, pass)
    keyValue.collect(dkeys, normed, rows: batch.rows, gradient, &products, pass)
    try products.run(pass)
    guard trainsWeights else { return }
    sums.add(to: gradient.at(place.attentionNorm))
    if let bias = place.queryBias { pb_add_row_sums(gradient.at(bias), dqueries, count, queryWidth) }
    if let bias = place.keyValueBias {
      pb_add_row_sums(gradient.at(bias), dkeyValues, batch.rows, pairWidth)
    }
  }
}
