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
  /// How many of them are rows of examples; those after them fill up.
  var used: Int
  /// The positions of the rows.
  var positions: [Int32]
  /// How many keys of its span each row sees, its path included.
  var limits: [Int32]
  var spans: [Span]

  /// All rows of the batch.
  init(all batch: TokenBatch) {
    count = batch.rows
    used = batch.used
    positions = batch.positions
    limits = []
    spans = []
    for span in batch.spans {
      spans.append(Span(span: span, queryStart: span.start, queryCount: span.count))
      for place in 0..<span.count { limits.append(Int32(span.before + place + 1)) }
    }
  }

  /// The predicting rows of the batch.
  init(predicting batch: TokenBatch, multiple: Int) {
    var rows = batch.predicting
    used = rows.count
    if rows.count % multiple > 0 {
      rows.append(contentsOf: repeatElement(0, count: multiple - rows.count % multiple))
    }
    self.rows = rows
    count = rows.count
    positions = rows.map { batch.positions[Int($0)] }
    limits = []
    spans = []
    var next = 0
    for span in batch.spans {
      let start = next
      while next < used, rows[next] < span.start + span.count {
        limits.append(Int32(span.before + Int(rows[next]) - span.start + 1))
        next += 1
      }
      if next > start { spans.append(Span(span: span, queryStart: start, queryCount: next - start)) }
    }
  }
}
