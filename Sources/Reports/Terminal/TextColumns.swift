/// Rows of cells in aligned columns.
struct TextColumns {
  enum Alignment { case left, right }

  var alignments: [Alignment]
  var rows: [[String]] = []

  private static let gap = 2

  var widths: [Int] {
    alignments.indices.map { column in rows.map { terminalWidth($0[column]) }.max() ?? 0 }
  }

  /// The width of the widest row.
  var totalWidth: Int { widths.reduce(0, +) + Self.gap * max(0, alignments.count - 1) }

  /// The rows as lines without blanks at their ends.
  func lines() -> [String] {
    let widths = widths
    return rows.map { row in
      var line = ""
      for column in row.indices {
        let blanks = String(repeating: " ", count: widths[column] - terminalWidth(row[column]))
        if column > 0 { line += String(repeating: " ", count: Self.gap) }
        line += alignments[column] == .left ? row[column] + blanks : blanks + row[column]
      }
      while line.utf8.last == 32 { line.unicodeScalars.removeLast() }
      return line
    }
  }
}

/// How many columns a terminal gives a text: two to a scalar of East Asian scripts and emoji, none to marks
/// that combine with the scalar before.
package func terminalWidth(_ text: String) -> Int {
  text.unicodeScalars.reduce(0) { width, scalar in
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return width
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return width + 2
    default: return width + 1
    }
  }
}

/// A text cut to a width, with `…` in place of what went.
package func shortened(_ text: String, to width: Int) -> String {
  guard terminalWidth(text) > width else { return text }
  var scalars = String.UnicodeScalarView()
  var used = 1
  for scalar in text.unicodeScalars {
    used += terminalWidth(String(scalar))
    guard used <= width else { break }
    scalars.append(scalar)
  }
  return String(scalars) + "…"
}

/// A text from a file made harmless for a terminal: control characters become `�`.
package func printable(_ text: String) -> String {
  var scalars = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    scalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
  }
  return String(scalars)
}
