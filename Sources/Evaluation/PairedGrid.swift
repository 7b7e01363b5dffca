/// One task's outcomes over the same records in two cells: a row for each record, a column for each
/// template, first the seen, then the unseen ones.
package struct PairedGrid: Sendable {
  package let records: Int
  package let seen: Int
  package let unseen: Int
  /// Row by row: 1 for right, 0 for wrong or missing.
  let values: [Float]
  /// Row by row: 1 where the template gave an example of the record, else 0; nil when every place is filled.
  let present: [Float]?

  var columns: Int { seen + unseen }

  /// - Parameter rows: for each record, for each template the outcome (0 to 1), or nil where the template
  ///   gives no example of the record. Rows are equally long; each column holds at least one outcome.
  package init(rows: [[Float?]], seen: Int) {
    records = rows.count
    self.seen = seen
    unseen = (rows.first?.count ?? seen) - seen
    values = rows.flatMap { $0.map { $0 ?? 0 } }
    let filled = rows.flatMap { $0.map { $0 == nil ? Float(0) : 1 } }
    present = filled.contains(0) ? filled : nil
  }

  /// Each template's mean over its records.
  var columnMeans: [Double] {
    var all = ColumnSums(columns: columns)
    for record in 0..<records { all.add(self, record: record) }
    return (0..<columns).map { Double(all.sums[$0]) / Double(all.counts[$0]) }
  }
}

/// Running sums over records, for all templates of a task at once.
struct ColumnSums {
  var sums: [Float]
  var counts: [Float]

  init(columns: Int) {
    sums = Array(repeating: 0, count: columns)
    counts = sums
  }

  mutating func reset() {
    for column in sums.indices {
      sums[column] = 0
      counts[column] = 0
    }
  }

  /// Adds one record's row. Sums of up to 2²⁴ zeros and ones are exact in 32 bits.
  mutating func add(_ grid: PairedGrid, record: Int) {
    let start = record * grid.columns
    let row = grid.values.span.extracting(start..<start + grid.columns)
    for column in row.indices { sums[column] += row[column] }
    if let present = grid.present {
      let row = present.span.extracting(start..<start + grid.columns)
      for column in row.indices { counts[column] += row[column] }
    } else {
      for column in counts.indices { counts[column] += 1 }
    }
  }
}
