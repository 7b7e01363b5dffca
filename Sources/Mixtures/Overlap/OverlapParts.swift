import Bytes
import Diversity
import Records

/// The different texts that overlap is asked about, each once, with the automaton over them.
struct OverlapParts {
  /// Texts as lists of pieces, a piece as its words' hashes.
  private(set) var parts: [[[UInt64]]] = []
  private(set) var automaton = RunAutomaton()
  private var places: [[[UInt64]]: Int] = [:]
  private let reader = WordReader()

  /// The number of a text, given in pieces; runs of words do not go from one piece to the next.
  mutating func place(of pieces: [[UInt64]]) -> Int {
    if let known = places[pieces] { return known }
    for piece in pieces { automaton.add(piece) }
    places[pieces] = parts.count
    parts.append(pieces)
    return parts.count - 1
  }

  func words(_ text: UnsafeRawBufferPointer) -> [UInt64] {
    var words: [UInt64] = []
    reader.read(text, into: &words)
    return words
  }
}

/// How much of one text another has.
struct PartOverlap: Sendable {
  /// Words of the text.
  private(set) var words = 0
  /// Words of its longest piece.
  private(set) var longestPiece = 0
  /// Words of the longest run that both have.
  private(set) var longest = 0
  /// Runs of 8 and of 13 words, and how many of them both have; places are counted, not different runs.
  private(set) var eight = (runs: 0, shared: 0)
  private(set) var thirteen = (runs: 0, shared: 0)

  init(_ pieces: [[UInt64]], _ automaton: RunAutomaton, _ runs: [Int32]) {
    for piece in pieces {
      let found = automaton.runs(of: piece, runs)
      words += piece.count
      longestPiece = max(longestPiece, piece.count)
      longest = max(longest, Int(found.max() ?? 0))
      eight.runs += max(0, piece.count - 7)
      eight.shared += found.count { $0 >= 8 }
      thirteen.runs += max(0, piece.count - 12)
      thirteen.shared += found.count { $0 >= 13 }
    }
  }

  /// Whether both have a run of so many words, or all of a text whose pieces are shorter.
  func isSeen(run: Int) -> Bool { words > 0 && longest >= min(run, longestPiece) }
}
