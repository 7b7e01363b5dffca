import Bytes
import CVectorLoops

/// One thread's way through the model, forward and backward, over a flat batch of tokens. Keeps its memory
/// from one batch to the next.
///
/// Shapes: R rows (tokens), Q query rows (all, or in the last layer those that predict), D the dimension,
/// A the width of all queries, K of all keys, H the hidden dimension, V the vocabulary; all row-major f32.
package final class TransformerPass {
  let weights: ModelWeights
  let arena = Arena()
  var rotary: RotaryTable

  package init(_ weights: ModelWeights) {
    self.weights = weights
    rotary = RotaryTable(weights.configuration)
  }

  var configuration: ModelConfiguration { weights.configuration }
  func parameter(_ offset: Int) -> UnsafeMutablePointer<Float> { weights.values.pointer + offset }

  /// Where the keys of a layer come from.
  enum KeySource {
    /// The batch's own rows.
    case batch
    /// The batch's own rows, which are also stored for later batches.
    case storing([KeyValueCache])
    /// The stored rows; every span is one new row of its sequence, stored first.
    case stored([KeyValueCache])
  }

  /// What a layer leaves for the way back.
  struct LayerState {
    var input: UnsafeMutablePointer<Float>  // R·D
    var normed: UnsafeMutablePointer<Float>  // R·D
    var inverse: UnsafeMutablePointer<Float>  // R
    var queryNormed: UnsafeMutablePointer<Float>  // Q·D, the query rows of `normed`
    var queries: UnsafeMutablePointer<Float>  // Q·A
    var keyValues: UnsafeMutablePointer<Float>  // R·2K
    var attended: UnsafeMutablePointer<Float>  // Q·A
    var logSums: UnsafeMutablePointer<Float>  // Q·heads
    var middle: UnsafeMutablePointer<Float>  // Q·D, the residual stream between the blocks
    var feedNormed: UnsafeMutablePointer<Float>  // Q·D
    var feedInverse: UnsafeMutablePointer<Float>  // Q
    var gateUp: UnsafeMutablePointer<Float>  // Q·2H
    var output: UnsafeMutablePointer<Float>  // Q·D
  }

  /// What the forward pass leaves: a state a layer and the normed last rows.
  struct ForwardState {
    var layers: [LayerState]
    var all: QueryRows
    var last: QueryRows
    /// Q·D of the last layer, before and after the final norm.
    var output: UnsafeMutablePointer<Float>
    var normed: UnsafeMutablePointer<Float>
    var inverse: UnsafeMutablePointer<Float>
  }

  /// Runs the layers; the result is valid until the arena is released.
  func forward(_ batch: TokenBatch, keys source: KeySource = .batch) throws(Diagnostic) -> ForwardState {
    let width = configuration.dimension
    rotary.reach(batch.highestPosition)
    let all = QueryRows(all: batch)
    let last = QueryRows(predicting: batch)
    var stream = arena.floats(batch.rows * width)
    pb_gather_rows(
      parameter(weights.layout.embedding), arena.integers(batch.tokens), stream, batch.rows, width)
    var layers: [LayerState] = []
    for index in 0..<configuration.layers {
      let rows = index == configuration.layers - 1 ? last : all
      let state = try forwardLayer(index, stream, batch, rows, source)
      stream = state.output
      layers.append(state)
    }
    let normed = arena.floats(last.count * width)
    let inverse = arena.floats(last.count)
    pb_rms_norm(
      stream, parameter(weights.layout.finalNorm), normed, inverse, last.count, width,
      Float(configuration.normEpsilon))
    return ForwardState(
      layers: layers, all: all, last: last, output: stream, normed: normed, inverse: inverse)
  }

  private func forwardLayer(
    _ index: Int, _ input: UnsafeMutablePointer<Float>, _ batch: TokenBatch, _ rows: QueryRows,
    _ source: KeySource
  ) throws(Diagnostic) -> LayerState {
    let c = configuration
    let place = weights.layout.layers[index]
    let (width, keyWidth, count) = (c.dimension, c.keyValueDimension, rows.count)
    let queryWidth = c.queryDimension
    let epsilon = Float(c.normEpsilon)

    // Attention: middle = input + Wo · attention(norm(input)).
    let normed = arena.floats(batch.rows * width)
    let inverse = arena.floats(batch.rows)
    pb_rms_norm(input, parameter(place.attentionNorm), normed, inverse, batch.rows, width, epsilon)
    let keyValues = arena.floats(batch.rows * 2 * keyWidth)
    try MatrixProduct.forward(
      normed, parameter(place.keyValue), into: keyValues, rows: batch.rows, inputs: width,
      outputs: 2 * keyWidth)
    addBias(place.keyValueBias, to: keyValues, rows: batch.rows, width: 2 * keyWidth)
    rotate(keyValues, stride: 2 * keyWidth, rows: batch.rows, heads: c.keyValueHeads, batch.positions)
    let middle = arena.floats(count * width)
    let queryNormed: UnsafeMutablePointer<Float>
    if let chosen = rows.rows {
      let places = arena.integers(chosen)
      queryNormed = arena.floats(count * width)
      pb_gather_rows(normed, places, queryNormed, count, width)
      pb_gather_rows(input, places, middle, count, width)
    } else {
      queryNormed = normed
      middle.update(from: input, count: count * width)
    }
    let queries = arena.floats(count * queryWidth)
    try MatrixProduct.forward(
      queryNormed, parameter(place.query), into: queries, rows: count, inputs: width, outputs: queryWidth)
    addBias(place.queryBias, to: queries, rows: count, width: queryWidth)
    rotate(queries, stride: queryWidth, rows: count, heads: c.heads, rows.positions)
    let attended = arena.floats(count * queryWidth)
    let logSums = arena.floats(count * c.heads)
    attend(index, queries, keyValues, rows, source, into: attended, logSums)
    try MatrixProduct.forward(
      attended, parameter(place.output), into: middle, rows: count, inputs: queryWidth, outputs: width,
      adding: true)
    addBias(place.outputBias, to: middle, rows: count, width: width)

    // Feed-forward: output = middle + Wdown · swiglu(norm(middle)).
    let feedNormed = arena.floats(count * width)
    let feedInverse = arena.floats(count)
    pb_rms_norm(middle, parameter(place.feedNorm), feedNormed, feedInverse, count, width, epsilon)
    let gateUp = arena.floats(count * 2 * c.hiddenDimension)
    let output = arena.floats(count * width)
    output.update(from: middle, count: count * width)
    try MatrixProduct.forward(
      feedNormed, parameter(place.gateUp), into: gateUp, rows: count, inputs: width,
      outputs: 2 * c.hiddenDimension)
    // Not kept: the way back computes it again beside its gradient.
    let mark = arena.mark
    let hidden = arena.floats(count * c.hiddenDimension)
    pb_swiglu(gateUp, hidden, count, c.hiddenDimension)
    try MatrixProduct.forward(
      hidden, parameter(place.down), into: output, rows: count, inputs: c.hiddenDimension, outputs: width,
      adding: true)
    arena.release(mark)
    return LayerState(
      input: input, normed: normed, inverse: inverse, queryNormed: queryNormed, queries: queries,
      keyValues: keyValues, attended: attended, logSums: logSums, middle: middle, feedNormed: feedNormed,
      feedInverse: feedInverse, gateUp: gateUp, output: output)
  }

  private func addBias(_ bias: Int?, to x: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
    if let bias { pb_add_row(x, parameter(bias), rows, width) }
  }

  /// Turns heads by their rows' positions, or back.
  func rotate(
    _ x: UnsafeMutablePointer<Float>, stride: Int, rows: Int, heads: Int, _ positions: [Int32],
    back: Bool = false
  ) {
    pb_rotary(
      x, stride, rows, heads, configuration.headWidth / 2, positions, rotary.cosines, rotary.sines,
      back ? -1 : 1)
  }

  private func attend(
    _ layer: Int, _ queries: UnsafeMutablePointer<Float>, _ keyValues: UnsafeMutablePointer<Float>,
    _ rows: QueryRows, _ source: KeySource, into attended: UnsafeMutablePointer<Float>,
    _ logSums: UnsafeMutablePointer<Float>
  ) {
    let mark = arena.mark
    var limits = rows.limits
    var spans: [pb_attention_span]
    switch source {
    case .batch:
      spans = ownSpans(rows, keyValues)
    case .storing(let caches):
      spans = ownSpans(rows, keyValues)
      for (span, cache) in zip(rows.spans, caches) {
        cache.store(layer, rows: span.span.count, from: keyValues + span.span.start * 2 * cache.width)
      }
    case .stored(let caches):
      spans = []
      for (row, cache) in caches.enumerated() {
        cache.store(layer, rows: 1, from: keyValues + row * 2 * cache.width)
        let keys = UnsafePointer(cache.rows(of: layer))
        let count = cache.count + 1
        spans.append(
          pb_attention_span(
            prefix_keys: keys, prefix_values: keys + cache.width, prefix_stride: 2 * cache.width,
            prefix_count: count, key_start: 0, key_count: 0, query_start: row, query_count: 1))
        limits[row] = Int32(count)
      }
    }
    let most = spans.map { $0.prefix_count + $0.key_count }.max() ?? 0
    let scratch = arena.floats(pb_attention_scratch(most, configuration.headWidth))
    limits.withUnsafeBufferPointer { limits in
      var attention = attention(queries, keyValues, limits)
      pb_attention_forward(&attention, spans, spans.count, attended, logSums, scratch)
    }
    arena.release(mark)
  }

  func attention(
    _ queries: UnsafeMutablePointer<Float>, _ keyValues: UnsafeMutablePointer<Float>,
    _ limits: UnsafeBufferPointer<Int32>
  ) -> pb_attention {
    let c = configuration
    return pb_attention(
      queries: queries, keys: keyValues, values: keyValues + c.keyValueDimension,
      key_stride: 2 * c.keyValueDimension, heads: c.heads, key_heads: c.keyValueHeads, width: c.headWidth,
      scale: 1 / Float(c.headWidth).squareRoot(), limits: limits.baseAddress)
  }

  func ownSpans(_ rows: QueryRows, _ keyValues: UnsafeMutablePointer<Float>) -> [pb_attention_span] {
    let width = configuration.keyValueDimension
    return rows.spans.map { query in
      let prefix = UnsafePointer(keyValues + query.span.prefixStart * 2 * width)
      return pb_attention_span(
        prefix_keys: prefix, prefix_values: prefix + width, prefix_stride: 2 * width,
        prefix_count: query.span.prefixCount, key_start: query.span.start, key_count: query.span.count,
        query_start: query.queryStart, query_count: query.queryCount)
    }
  }
}
