package import Metrics

/// One task's outcomes over the same records in two cells: a row for each record, a column for each
/// template, first the seen, then the unseen ones.
package struct PairedGrid: Sendable {
  package let records: Int
  package let seen: Int
  package let unseen: Int
  private let content: Content

  /// What columns are made of.
  private enum Content: Sendable {
    /// Row by row what each answer is worth, and 1 where the template gave an example of the record, else 0
    /// (nil when every place is filled): for figures that are means, whose sums run along rows.
    case worths([Double], present: [Double]?)
    /// Column by column, for figures that only many answers have; with each row's record.
    case evidence([Column])
    /// Differences of two models' figures.
    indirect case difference(PairedGrid, PairedGrid)
  }

  /// One template's answers.
  package struct Column: Sendable {
    var table: EvidenceTable
    /// The record of each of the table's rows.
    var records: [Int32]

    package init(table: EvidenceTable, records: [Int32]) {
      self.table = table
      self.records = records
    }
  }

  package var columns: Int { seen + unseen }

  /// - Parameter rows: for each record, for each template what the answer is worth, or nil where the template
  ///   gives no example of the record. Rows are equally long; each column holds at least one outcome.
  package init(rows: [[Double?]], seen: Int) {
    records = rows.count
    self.seen = seen
    unseen = (rows.first?.count ?? seen) - seen
    let filled = rows.flatMap { $0.map { $0 == nil ? 0.0 : 1 } }
    content = .worths(
      rows.flatMap { $0.map { $0 ?? 0 } }, present: filled.contains(0) ? filled : nil)
  }

  /// - Parameter columns: one a template, the seen ones first, each with at least one row.
  package init(columns: [Column], seen: Int, records: Int) {
    self.records = records
    self.seen = seen
    unseen = columns.count - seen
    content = .evidence(columns)
  }

  /// The same with another division into seen and unseen templates.
  init(_ grid: PairedGrid, seen: Int) {
    records = grid.records
    self.seen = seen
    unseen = grid.columns - seen
    content = grid.content
  }

  /// What the first model does better than the second: equally many records and templates.
  package init(_ first: PairedGrid, minus second: PairedGrid) {
    records = first.records
    seen = first.seen
    unseen = first.unseen
    content = .difference(first, second)
  }

  /// Each template's figure over all its records.
  package var figures: [Double] { figures(Array(repeating: 1, count: records)).map { $0 ?? 0 } }

  /// Each template's figure when records count as often as their weights say; nil where none of the
  /// template's does.
  package func figures(_ weights: [Double]) -> [Double?] {
    switch content {
    case .worths(let worths, let present): return means(worths, present, weights)
    case .evidence(let columns):
      return columns.map { column in
        column.table.figure(weights: column.records.map { weights[Int($0)] })
      }
    case .difference(let first, let second):
      return zip(first.figures(weights), second.figures(weights)).map { one, other in
        guard let one, let other else { return nil }
        return one - other
      }
    }
  }

  private func means(_ worths: [Double], _ present: [Double]?, _ weights: [Double]) -> [Double?] {
    let width = columns
    var sums = [Double](repeating: 0, count: width)
    var counts = [Double](repeating: 0, count: present == nil ? 0 : width)
    for (record, weight) in weights.enumerated() where weight > 0 {
      let row = worths.span.extracting(record * width..<(record + 1) * width)
      for column in row.indices { sums[column] += weight * row[column] }
      guard let present else { continue }
      let filled = present.span.extracting(record * width..<(record + 1) * width)
      for column in filled.indices { counts[column] += weight * filled[column] }
    }
    if present != nil { return zip(sums, counts).map { $1 > 0 ? $0 / $1 : nil } }
    let total = weights.reduce(0, +)
    return sums.map { total > 0 ? $0 / total : nil }
  }
}
