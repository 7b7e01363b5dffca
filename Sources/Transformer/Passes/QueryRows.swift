/// The rows for which a layer computes queries and everything after them: all of a batch, or, in the last
/// layer, those that predict something.
struct QueryRows {
  struct Span {
    var span: TokenBatch.Span
    var queryStart: Int
    var queryCount: Int
  }

  /// Which rows of the batch; nil for all.
  var rows: [Int32]?
  var count: Int
  /// The positions of the rows.
  var positions: [Int32]
  /// How many keys of its span each row sees, prefix included.
  var limits: [Int32]
  var spans: [Span]

  /// All rows of the batch.
  init(all batch: TokenBatch) {
    count = batch.rows
    positions = batch.positions
    limits = []
    spans = []
    for span in batch.spans {
      spans.append(Span(span: span, queryStart: span.start, queryCount: span.count))
      for place in 0..<span.count { limits.append(Int32(span.prefixCount + place + 1)) }
    }
  }

  /// The predicting rows of the batch.
  init(predicting batch: TokenBatch) {
    let rows = batch.predicting
    self.rows = rows
    count = rows.count
    positions = rows.map { batch.positions[Int($0)] }
    limits = []
    spans = []
    var next = 0
    for span in batch.spans {
      let start = next
      while next < rows.count, rows[next] < span.start + span.count {
        limits.append(Int32(span.prefixCount + Int(rows[next]) - span.start + 1))
        next += 1
      }
      if next > start { spans.append(Span(span: span, queryStart: start, queryCount: next - start)) }
    }
  }
}
