import CVectorLoops

extension TransformerPass {
  /// Attention of all query rows, into `attended`.
  func attend(
    _ layer: Int, _ state: LayerState, _ batch: TokenBatch, _ rows: QueryRows, _ source: KeySource
  ) throws {
    var limits = rows.limits
    var spans: [pb_attention_span]
    switch source {
    case .batch:
      spans = ownSpans(rows, state.keyValues)
    case .storing(let caches):
      spans = ownSpans(rows, state.keyValues)
      for (span, cache) in zip(rows.spans, caches) {
        cache.store(layer, rows: span.span.count, from: state.keyValues + span.span.start * 2 * cache.width)
      }
    case .stored(let caches):
      spans = []
      for (row, cache) in caches.enumerated() {
        cache.store(layer, rows: 1, from: state.keyValues + row * 2 * cache.width)
        let keys = UnsafePointer(cache.rows(of: layer))
        let count = cache.count + 1
        spans.append(
          pb_attention_span(
            prefix_keys: keys, prefix_values: keys + cache.width, prefix_stride: 2 * cache.width,
            prefix_count: count, key_start: 0, key_count: 0, query_start: row, query_count: 1))
        limits[row] = Int32(count)
      }
    }
    let width = configuration.queryDimension
    (state.attended + rows.used * width).update(repeating: 0, count: (rows.count - rows.used) * width)
    try attendInPieces(spans, state, limits) { attention, spans, lane in
      var attention = attention
      pb_attention_forward(
        &attention, spans, spans.count, state.attended, state.logSums, scratch(spans, lane))
    }
  }

  /// The way back: writes dqueries, adds to dkeyValues.
  func attendBackward(
    _ state: LayerState, _ rows: QueryRows, _ dattended: Floats, _ dqueries: Floats, _ dkeyValues: Floats
  ) throws {
    let width = configuration.queryDimension
    (dqueries + rows.used * width).update(repeating: 0, count: (rows.count - rows.used) * width)
    let spans = ownSpans(rows, state.keyValues)
    try attendInPieces(spans, state, rows.limits) { attention, spans, lane in
      var attention = attention
      pb_attention_backward(
        &attention, spans, spans.count, state.attended, state.logSums, dattended, dqueries, dkeyValues,
        dkeyValues + configuration.keyValueDimension, scratch(spans, lane))
    }
  }

  private func scratch(_ spans: [pb_attention_span], _ lane: Lane) -> Floats {
    let most = spans.map { $0.prefix_count + $0.key_count }.max() ?? 0
    return lane.arena.floats(pb_attention_scratch(most, configuration.headWidth))
  }

  /// Divides spans among threads: by a few key heads where there are few spans, else by spans.
  private func attendInPieces(
    _ spans: [pb_attention_span], _ state: LayerState, _ limits: [Int32],
    _ work: (pb_attention, [pb_attention_span], Lane) -> Void
  ) throws {
    let c = configuration
    // Pieces of at least so many rows.
    let least = 128
    var pieces: [Range<Int>] = []
    var (first, rows) = (0, 0)
    for (index, span) in spans.enumerated() {
      rows += span.query_count
      guard rows >= least || index == spans.count - 1 else { continue }
      pieces.append(first..<index + 1)
      (first, rows) = (index + 1, 0)
    }
    let parts = pieces.count >= 16 ? 1 : c.keyValueHeads
    try limits.withUnsafeBufferPointer { limits in
      let whole = pb_attention(
        queries: state.queries, keys: state.keyValues, values: state.keyValues + c.keyValueDimension,
        key_stride: 2 * c.keyValueDimension, heads: c.heads, key_heads: c.keyValueHeads, first_key_head: 0,
        end_key_head: c.keyValueHeads, width: c.headWidth, scale: 1 / Float(c.headWidth).squareRoot(),
        limits: limits.baseAddress)
      try divide(pieces.count * parts) { piece, lane in
        var attention = whole
        if parts > 1 {
          attention.first_key_head = piece % parts
          attention.end_key_head = piece % parts + 1
        }
        work(attention, Array(spans[pieces[piece / parts]]), lane)
      }
    }
  }

  private func ownSpans(_ rows: QueryRows, _ keyValues: Floats) -> [pb_attention_span] {
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
