/// ROUGE's F-measures (Lin 2004) as the package rouge-score computes them.
struct Rouge {
  /// Whether words longer than three letters are compared by their stems.
  var stems: Bool

  /// Runs of a–z and 0–9 of the text in small letters.
  func tokens(_ text: Scalars) -> [[UInt8]] {
    let lower = text.lowercased
    let runs = lower.split { !((97...122).contains($0) || isDigit($0)) }
    return runs.map { run in
      let word = run.map { UInt8(truncatingIfNeeded: $0) }
      return stems && word.count > 3 ? PorterStemmer.stem(word) : word
    }
  }

  /// By common n-grams.
  func grams(_ answer: String, _ target: String, order: Int) -> Double {
    var grams = GramNumbering([answer, target].map { tokens(scalars($0)) })
    for _ in 1..<max(1, order) { grams.advance() }
    return fMeasure(
      common(grams.counts(0), grams.counts(1)), found: grams.total(0), wanted: grams.total(1))
  }

  /// By the longest common subsequence (ROUGE-L).
  func subsequence(_ answer: String, _ target: String) -> Double {
    let (found, wanted) = (tokens(scalars(answer)), tokens(scalars(target)))
    let (one, other) = numbered(found, wanted)
    let table = SubsequenceTable(other, one)
    return fMeasure(table.length, found: found.count, wanted: wanted.count)
  }

  /// By sentences, one a line (ROUGE-Lsum): for each of the target's, the tokens that any of the answer's
  /// shares with it as longest common subsequence, no token counted more often than either text has it.
  func summary(_ answer: String, _ target: String) -> Double {
    var numbering = Numbering<[UInt8]>()
    func sentences(_ text: String) -> [[Int32]] {
      scalars(text).split(separator: 10).map { line in
        tokens(Array(line)).map { numbering.number(of: $0) }
      }
    }
    let (found, wanted) = (sentences(answer), sentences(target))
    var left = [Int](repeating: 0, count: numbering.count)
    for token in found.joined() { left[Int(token)] += 1 }
    // The target's own counts need no watch: its tokens are met once each.
    var hits = 0
    for sentence in wanted {
      var isShared = [Bool](repeating: false, count: sentence.count)
      for other in found {
        for place in SubsequenceTable(sentence, other).places { isShared[place] = true }
      }
      for (token, shared) in zip(sentence, isShared) where shared && left[Int(token)] > 0 {
        left[Int(token)] -= 1
        hits += 1
      }
    }
    return fMeasure(
      hits, found: found.reduce(0) { $0 + $1.count }, wanted: wanted.reduce(0) { $0 + $1.count })
  }

  private func numbered(_ one: [[UInt8]], _ other: [[UInt8]]) -> ([Int32], [Int32]) {
    var numbering = Numbering<[UInt8]>()
    return (one.map { numbering.number(of: $0) }, other.map { numbering.number(of: $0) })
  }

  private func fMeasure(_ common: Int, found: Int, wanted: Int) -> Double {
    guard common > 0 else { return 0 }
    let precision = Double(common) / Double(found)
    let recall = Double(common) / Double(wanted)
    return 2 * precision * recall / (precision + recall)
  }
}

/// Longest common subsequences of all beginnings of two sequences.
struct SubsequenceTable {
  private let one: [Int32]
  private let other: [Int32]
  /// Row by row: `one.count + 1` rows of `other.count + 1` lengths.
  private let lengths: [Int32]
  private var columns: Int { other.count + 1 }

  init(_ one: [Int32], _ other: [Int32]) {
    self.one = one
    self.other = other
    let columns = other.count + 1
    var lengths = [Int32](repeating: 0, count: (one.count + 1) * columns)
    for (row, token) in one.enumerated() {
      let above = row * columns
      let here = above + columns
      for column in other.indices {
        lengths[here + column + 1] =
          token == other[column]
          ? lengths[above + column] + 1 : max(lengths[above + column + 1], lengths[here + column])
      }
    }
    self.lengths = lengths
  }

  var length: Int { Int(lengths.last ?? 0) }

  /// Places in the first sequence of one longest common subsequence; of several, the one that rouge-score
  /// takes.
  var places: [Int] {
    var places: [Int] = []
    var (row, column) = (one.count, other.count)
    while row > 0, column > 0 {
      if one[row - 1] == other[column - 1] {
        places.append(row - 1)
        row -= 1
        column -= 1
      } else if lengths[row * columns + column - 1] > lengths[(row - 1) * columns + column] {
        column -= 1
      } else {
        row -= 1
      }
    }
    return places
  }
}
