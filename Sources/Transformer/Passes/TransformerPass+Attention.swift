import CVectorLoops

extension TransformerPass {
  /// Attention of all query rows, into `attended`.
  func attend(
    _ layer: Int, _ state: LayerState, _ rows: QueryRows, _ store: KeyStore?
  ) throws {
    let width = configuration.queryDimension
    (state.attended + rows.used * width).update(repeating: 0, count: (rows.count - rows.used) * width)
    if let store {
      try attendAlongPaths(layer, state, rows, store)
      store.store(layer, from: state.keyValues)
      return
    }
    let spans = ownSpans(rows)
    try attendInPieces(spans, state, rows.limits) { attention, spans, lane in
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
    let spans = ownSpans(rows)
    try attendInPieces(spans, state, rows.limits) { attention, spans, lane in
      var attention = attention
      pb_attention_backward(
        &attention, spans, spans.count, state.attended, state.logSums, dattended, dqueries, dkeyValues,
        dkeyValues + configuration.keyValueDimension, scratch(spans, lane))
    }
  }

  private func scratch(_ spans: [pb_attention_span], _ lane: Lane) -> Floats {
    let most = spans.map(\.key_count).max() ?? 0
    return lane.arena.floats(pb_attention_scratch(most, configuration.headWidth))
  }

  /// Divides spans among threads: by a few key heads where there are few spans, else by spans.
  private func attendInPieces(
    _ spans: [pb_attention_span], _ state: LayerState, _ limits: [Int32],
    _ work: (pb_attention, [pb_attention_span], Lane) -> Void
  ) throws {
    let pieces = attentionPieces(spans.map(\.query_count))
    try attend(pieces, state, limits) { attention, piece, lane in work(attention, Array(spans[piece]), lane) }
  }

  /// Neighbouring spans that are one piece of work, from the spans' query rows.
  func attentionPieces(_ counts: [Int]) -> [Range<Int>] {
    // Pieces of at least so many rows.
    let least = 128
    var pieces: [Range<Int>] = []
    var (first, rows) = (0, 0)
    for (index, count) in counts.enumerated() {
      rows += count
      guard rows >= least || index == counts.count - 1 else { continue }
      pieces.append(first..<index + 1)
      (first, rows) = (index + 1, 0)
    }
    return pieces
  }

  /// Runs `work` for pieces of a layer's spans, where there are few for one key head at a time.
  func attend(
    _ pieces: [Range<Int>], _ state: LayerState, _ limits: [Int32],
    _ work: (pb_attention, Range<Int>, Lane) -> Void
  ) throws {
    let c = configuration
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
        work(attention, pieces[piece / parts], lane)
      }
    }
  }

  private func ownSpans(_ rows: QueryRows) -> [pb_attention_span] {
    rows.spans.map { query in
      pb_attention_span(
        key_start: query.span.start, key_count: query.span.count, query_start: query.queryStart,
        query_count: query.queryCount)
    }
  }
}
