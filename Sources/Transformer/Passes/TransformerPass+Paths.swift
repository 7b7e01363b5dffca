import CVectorLoops

extension TransformerPass {
  /// Attention of rows that see the paths which lead to them: keys that neighbouring spans share are packed once.
  func attendAlongPaths(_ layer: Int, _ state: LayerState, _ rows: QueryRows, _ store: KeyStore) throws {
    let width = configuration.keyValueDimension
    let stored = store.path.rows(of: layer)
    var runs: [pb_key_run] = []
    var firsts: [Int] = []
    for query in rows.spans {
      firsts.append(runs.count)
      for run in query.span.path + [query.span.own] {
        let keys = (run.isStored ? stored : state.keyValues) + run.start * 2 * width
        runs.append(pb_key_run(keys: keys, values: keys + width, stride: 2 * width, count: run.count))
      }
    }
    firsts.append(runs.count)
    let pieces = attentionPieces(rows.spans.map(\.queryCount))
    try runs.withUnsafeBufferPointer { runs in
      guard let start = runs.baseAddress else { return }
      try attend(pieces, state, rows.limits) { attention, piece, lane in
        var attention = attention
        var most = 0
        let paths = piece.map { index in
          let query = rows.spans[index]
          most = max(most, query.span.before + query.span.count)
          return pb_attention_path(
            runs: start + firsts[index], run_count: firsts[index + 1] - firsts[index],
            kept: index > piece.lowerBound ? query.span.shared(with: rows.spans[index - 1].span) : 0,
            query_start: query.queryStart, query_count: query.queryCount)
        }
        let scratch = lane.arena.floats(pb_attention_scratch(most, configuration.headWidth))
        pb_attention_tree(&attention, paths, paths.count, state.attended, scratch)
      }
    }
  }
}

extension TokenBatch.Span {
  /// The span's own rows.
  var own: TokenBatch.Run { TokenBatch.Run(start: start, count: count) }

  /// How many keys at the beginning of the path are those of another's.
  func shared(with other: TokenBatch.Span) -> Int {
    var keys = 0
    for (mine, yours) in zip(path + [own], other.path + [other.own]) {
      guard mine.start == yours.start, mine.isStored == yours.isStored else { break }
      keys += min(mine.count, yours.count)
      guard mine.count == yours.count else { break }
    }
    return keys
  }
}
