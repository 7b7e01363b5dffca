internal import Glibc

/// Ranks a few texts by how much they share with another (Robertson and Zaragoza 2009): k₁ = 1.5, b = 0.75, and
/// Lucene's idf, ln(1 + (N − n + ½) / (n + ½)), which is never negative.
struct BM25: Sendable {
  private let counts: [[[UInt8]: Int]]
  private let lengths: [Double]
  private let meanLength: Double
  private let holders: [[UInt8]: Int]

  init(_ texts: [String]) {
    let words = texts.map(Self.words)
    counts = words.map { words in words.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
    lengths = words.map { Double($0.count) }
    meanLength = max(1, lengths.reduce(0, +) / Double(max(1, lengths.count)))
    holders = counts.reduce(into: [:]) { all, one in
      for word in one.keys { all[word, default: 0] += 1 }
    }
  }

  /// One score a text, in their order; the words of the query count as often as they occur in it.
  func scores(_ query: String) -> [Double] {
    let words = Self.words(query)
    let total = Double(counts.count)
    return counts.indices.map { text in
      words.reduce(0) { sum, word in
        guard let count = counts[text][word] else { return sum }
        let holding = Double(holders[word] ?? 0)
        let idf = log(1 + (total - holding + 0.5) / (holding + 0.5))
        let frequency = Double(count)
        let norm = 1.5 * (1 - 0.75 + 0.75 * lengths[text] / meanLength)
        return sum + idf * frequency * 2.5 / (frequency + norm)
      }
    }
  }

  /// Runs of letters and digits, ASCII letters in lower case; bytes beyond ASCII count as letters.
  static func words(_ text: String) -> [[UInt8]] {
    var words: [[UInt8]] = []
    var word: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): word.append(byte | 0x20)
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
        word.append(byte)
      default:
        if !word.isEmpty { words.append(word) }
        word = []
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }
}
