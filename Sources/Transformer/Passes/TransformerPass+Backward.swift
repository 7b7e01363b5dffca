package import Bytes
import CVectorLoops

extension TransformerPass {
  /// Σ weight · −log p(token), in nats: over everything predicted, which is what is made smaller, and over
  /// the targets' tokens alone, which is what is reported.
  package struct Loss: Sendable {
    package var all = 0.0
    package var targets = 0.0

    package init() {}
  }

  /// Adds the gradient of the batch's loss to `gradient`, which has the weights' layout.
  package func lossAndGradient(_ batch: TokenBatch, into gradient: FloatMemory) throws(Diagnostic) -> Loss {
    let mark = arena.mark
    defer { arena.release(mark) }
    let state = try forward(batch)
    let width = configuration.dimension
    let layout = weights.layout
    let dnormed = arena.floats(state.last.count * width)
    let loss = try lossAndHead(batch, state, dnormed, gradient)

    // The gradient of the residual stream, which every block adds to.
    var dstream = zeros(state.last.count * width)
    pb_rms_norm_backward(
      state.output, parameter(layout.finalNorm), state.inverse, dnormed, dstream,
      gradient.pointer + layout.finalNorm, state.last.count, width)
    for index in (0..<configuration.layers).reversed() {
      let rows = index == configuration.layers - 1 ? state.last : state.all
      dstream = try backwardLayer(index, state.layers[index], batch, rows, dstream, gradient.pointer)
    }
    pb_scatter_add_rows(
      gradient.pointer + layout.embedding, arena.integers(batch.tokens), dstream, batch.rows, width)
    return loss
  }

  /// The batch's loss without its gradient.
  package func loss(_ batch: TokenBatch) throws(Diagnostic) -> Loss {
    let mark = arena.mark
    defer { arena.release(mark) }
    return try lossAndHead(batch, try forward(batch), nil, nil)
  }

  private func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
    let memory = arena.floats(count)
    memory.update(repeating: 0, count: count)
    return memory
  }

  /// The loss and, if wanted, the gradients of the head's matrix and input. The logits exist for a few rows
  /// at a time only: they are the largest thing here.
  private func lossAndHead(
    _ batch: TokenBatch, _ state: ForwardState, _ dnormed: UnsafeMutablePointer<Float>?,
    _ gradient: FloatMemory?
  ) throws(Diagnostic) -> Loss {
    let (width, vocabulary) = (configuration.dimension, configuration.vocabulary)
    let head = weights.layout.head
    let mark = arena.mark
    defer { arena.release(mark) }
    let chunk = min(Self.logitRows, state.last.count)
    let logits = arena.floats(chunk * vocabulary)
    let losses = arena.floats(chunk)
    var total = Loss()
    for start in stride(from: 0, to: state.last.count, by: max(1, chunk)) {
      let rows = min(chunk, state.last.count - start)
      let normed = state.normed + start * width
      try MatrixProduct.forward(
        normed, parameter(head), into: logits, rows: rows, inputs: width, outputs: vocabulary)
      batch.targets.withUnsafeBufferPointer { targets in
        batch.weights.withUnsafeBufferPointer { weights in
          guard let target = targets.baseAddress, let weight = weights.baseAddress else { return }
          pb_cross_entropy(logits, target + start, weight + start, losses, rows, vocabulary)
        }
      }
      for row in 0..<rows {
        total.all += Double(losses[row])
        if batch.areTargets[start + row] { total.targets += Double(losses[row]) }
      }
      if let dnormed, let gradient {
        try MatrixProduct.inputGradient(
          logits, parameter(head), into: dnormed + start * width, rows: rows, inputs: width,
          outputs: vocabulary)
        try MatrixProduct.weightGradient(
          logits, normed, addingTo: gradient.pointer + head, rows: rows, inputs: width, outputs: vocabulary)
      }
    }
    return total
  }

  /// Takes the gradient of a layer's output rows (consumed) and gives that of its input rows.
  private func backwardLayer(
    _ index: Int, _ state: LayerState, _ batch: TokenBatch, _ rows: QueryRows,
    _ dstream: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>
  ) throws(Diagnostic) -> UnsafeMutablePointer<Float> {
    let c = configuration
    let place = weights.layout.layers[index]
    let (width, hiddenWidth, count) = (c.dimension, c.hiddenDimension, rows.count)
    // Below, dstream becomes the gradient of `middle`; what is returned is taken before the mark.
    let dinput = rows.rows == nil ? dstream : zeros(batch.rows * width)
    let mark = arena.mark

    // Feed-forward.
    let dhidden = arena.floats(count * hiddenWidth)
    let hidden = arena.floats(count * hiddenWidth)
    let dgateUp = arena.floats(count * 2 * hiddenWidth)
    try MatrixProduct.inputGradient(
      dstream, parameter(place.down), into: dhidden, rows: count, inputs: hiddenWidth, outputs: width)
    pb_swiglu_backward(state.gateUp, dhidden, dgateUp, hidden, count, hiddenWidth)
    try MatrixProduct.weightGradient(
      dstream, hidden, addingTo: gradient + place.down, rows: count, inputs: hiddenWidth, outputs: width)
    let dnormed = arena.floats(batch.rows * width)
    try MatrixProduct.inputGradient(
      dgateUp, parameter(place.gateUp), into: dnormed, rows: count, inputs: width, outputs: 2 * hiddenWidth)
    try MatrixProduct.weightGradient(
      dgateUp, state.feedNormed, addingTo: gradient + place.gateUp, rows: count, inputs: width,
      outputs: 2 * hiddenWidth)
    pb_rms_norm_backward(
      state.middle, parameter(place.feedNorm), state.feedInverse, dnormed, dstream,
      gradient + place.feedNorm, count, width)

    // Attention.
    let queryWidth = c.queryDimension
    let dattended = arena.floats(count * queryWidth)
    try MatrixProduct.inputGradient(
      dstream, parameter(place.output), into: dattended, rows: count, inputs: queryWidth, outputs: width)
    try MatrixProduct.weightGradient(
      dstream, state.attended, addingTo: gradient + place.output, rows: count, inputs: queryWidth,
      outputs: width)
    if let bias = place.outputBias { pb_add_row_sums(gradient + bias, dstream, count, width) }
    let dqueries = arena.floats(count * queryWidth)
    let keyWidth = c.keyValueDimension
    let dkeyValues = zeros(batch.rows * 2 * keyWidth)
    attendBackward(state, rows, dattended, dqueries, dkeyValues)
    rotate(dqueries, stride: queryWidth, rows: count, heads: c.heads, rows.positions, back: true)
    rotate(
      dkeyValues, stride: 2 * keyWidth, rows: batch.rows, heads: c.keyValueHeads, batch.positions, back: true)
    if let bias = place.queryBias { pb_add_row_sums(gradient + bias, dqueries, count, queryWidth) }
    if let bias = place.keyValueBias {
      pb_add_row_sums(gradient + bias, dkeyValues, batch.rows, 2 * keyWidth)
    }
    try MatrixProduct.weightGradient(
      dqueries, state.queryNormed, addingTo: gradient + place.query, rows: count, inputs: width,
      outputs: queryWidth)
    try MatrixProduct.weightGradient(
      dkeyValues, state.normed, addingTo: gradient + place.keyValue, rows: batch.rows, inputs: width,
      outputs: 2 * keyWidth)
    try MatrixProduct.inputGradient(
      dkeyValues, parameter(place.keyValue), into: dnormed, rows: batch.rows, inputs: width,
      outputs: 2 * keyWidth)
    if let chosen = rows.rows {
      let places = arena.integers(chosen)
      let dchosen = arena.floats(count * width)
      try MatrixProduct.inputGradient(
        dqueries, parameter(place.query), into: dchosen, rows: count, inputs: width, outputs: queryWidth)
      pb_scatter_add_rows(dnormed, places, dchosen, count, width)
      pb_scatter_add_rows(dinput, places, dstream, count, width)
    } else {
      try MatrixProduct.inputGradient(
        dqueries, parameter(place.query), into: dnormed, rows: count, inputs: width, outputs: queryWidth,
        adding: true)
    }
    pb_rms_norm_backward(
      state.input, parameter(place.attentionNorm), state.inverse, dnormed, dinput,
      gradient + place.attentionNorm, batch.rows, width)
    arena.release(mark)
    return dinput
  }

  private func attendBackward(
    _ state: LayerState, _ rows: QueryRows, _ dattended: UnsafeMutablePointer<Float>,
    _ dqueries: UnsafeMutablePointer<Float>, _ dkeyValues: UnsafeMutablePointer<Float>
  ) {
    let mark = arena.mark
    let spans = ownSpans(rows, state.keyValues)
    let most = spans.map(\.key_count).max() ?? 0
    let scratch = arena.floats(pb_attention_scratch(most, configuration.headWidth))
    rows.limits.withUnsafeBufferPointer { limits in
      var attention = attention(state.queries, state.keyValues, limits)
      pb_attention_backward(
        &attention, spans, spans.count, state.attended, state.logSums, dattended, dqueries, dkeyValues,
        dkeyValues + configuration.keyValueDimension, scratch)
    }
    arena.release(mark)
  }

  /// Rows of logits held at a time.
  static let logitRows = 256
}
