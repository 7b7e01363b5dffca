import Bytes

/// Whether lines are rows of values, what is between these, and whether the first one names them.
struct DelimitedOutline {
  private let bytes: [UInt8]
  private static let mostRows = 1000

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func outline() -> FileOutline {
    var best: (separator: UInt8, quotes: Bool, rows: [[String]], score: Double)?
    for (separator, quotes) in [(9, false), (9, true), (44, true), (59, true), (124, true)] as [(UInt8, Bool)]
    {
      let rows = rows(separator, quotes)
      guard let score = Self.score(rows), score > best?.score ?? 0 else { continue }
      best = (separator, quotes, rows, score)
    }
    guard let best, let first = best.rows.first else { return Self.lines }
    var outline = FileOutline(format: best.separator == 9 ? .tsv : .csv)
    if best.separator != 9, best.separator != 44 {
      outline.separator = String(Unicode.Scalar(best.separator))
    }
    outline.quotes = best.separator == 9 && best.quotes
    if Self.isHeader(best.rows) {
      outline.fields = FileOutline.named(first.map { .init(name: $0, path: $0) })
    } else {
      outline.columns = first.indices.map { "column_\($0 + 1)" }
      outline.fields = outline.columns.map { .init(name: $0, path: $0) }
    }
    return outline
  }

  private static var lines: FileOutline {
    var outline = FileOutline(format: .lines)
    outline.fields = [.init(name: "text", path: "line")]
    return outline
  }

  private func rows(_ separator: UInt8, _ quotes: Bool) -> [[String]] {
    let marks = RowSplitter.Marks(separator: separator, quote: quotes ? UInt8(ascii: "\"") : nil)
    let splitter = RowSplitter(marks, longest: 1 << 20)
    var rows: [[String]] = []
    try? bytes.withUnsafeBytes { bytes in
      try splitter.split(bytes) { row in
        guard rows.count < Self.mostRows, !row.isBlank else { return }
        guard row.fault == nil, !row.isCut else { return rows.append([]) }
        rows.append(
          (0..<splitter.valueCount).map { place in
            let value = splitter.values[place]
            let inset = value.isQuoted ? 1 : 0
            let range = (value.start + inset)..<max(value.start + inset, value.end - inset)
            return String(decoding: row.bytes[range], as: UTF8.self)
          })
      }
    }
    return rows
  }

  /// The share of rows that have as many values as the first, two or more; nil where that is not most of them.
  private static func score(_ rows: [[String]]) -> Double? {
    guard let width = rows.first?.count, width > 1 else { return nil }
    let share = Double(rows.count { $0.count == width }) / Double(rows.count)
    return share < 0.9 ? nil : share + Double(min(width, 20)) / 1000
  }

  /// A first row of different short words, none a number, whose words do not occur in the rows below.
  private static func isHeader(_ rows: [[String]]) -> Bool {
    guard let first = rows.first, rows.count > 1, Set(first).count == first.count else { return false }
    let areNames = first.allSatisfy { !$0.isEmpty && $0.utf8.count <= 60 && Double($0) == nil }
    return areNames
      && !first.indices.contains { column in
        rows.dropFirst().contains { column < $0.count && $0[column] == first[column] }
      }
  }
}
