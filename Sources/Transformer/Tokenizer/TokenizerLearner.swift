import Bytes

/// Learns the merges of a byte-level BPE from texts: again and again the most frequent pair of neighbours,
/// of equally frequent ones the pair whose bytes come first. The same texts in any order give the same
/// tokenizer.
public struct TokenizerLearner {
  private var counts: [[UInt8]: Int] = [:]

  public init() {}

  /// Counts the pieces of a text.
  public mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      PieceSplitter.split(bytes) { range in
        counts[Array(bytes[range]), default: 0] += 1
      }
    }
  }

  /// The smallest vocabulary: the marks and the 256 bytes.
  public static let smallest = 256 + Tokenizer.markNames.count

  /// Learns up to `vocabulary` tokens, marks and bytes included; fewer where no pair occurs twice.
  public func learn(vocabulary: Int) -> Tokenizer {
    let words = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    var learning = PairLearning(words: words.map { ($0.key, $0.value) })
    return Tokenizer(merging: learning.learn(max(0, vocabulary - Self.smallest)))
  }
}

/// The counts of all pairs, kept up to date while pairs are merged.
private struct PairLearning {
  private struct Pair: Hashable {
    var left: Int32
    var right: Int32
  }
  private struct Candidate {
    var count: Int
    var pair: Pair
  }

  private var words: [[Int32]]
  private let weights: [Int]
  private var counts: [Pair: Int] = [:]
  /// The words that hold a pair, or once did; ascending where first met.
  private var places: [Pair: [Int32]] = [:]
  private var bytes: [[UInt8]]
  private var known: Set<[UInt8]>
  private var heap: [Candidate] = []

  init(words: [([UInt8], Int)]) {
    let marks = Tokenizer.markNames.count
    bytes = Array(repeating: [], count: marks) + (UInt8.min...UInt8.max).map { [$0] }
    known = Set(bytes)
    self.words = words.map { $0.0.map { Int32($0) + Int32(marks) } }
    weights = words.map { $0.1 }
    for (index, word) in self.words.enumerated() {
      for (left, right) in zip(word, word.dropFirst()) {
        note(Pair(left: left, right: right), index, weights[index])
      }
    }
    for (pair, count) in counts { heap.append(Candidate(count: count, pair: pair)) }
    // The dictionary's order reaches the heap's layout but not the order in which it gives candidates.
    for parent in stride(from: heap.count / 2, through: 0, by: -1) { sift(parent) }
  }

  mutating func learn(_ number: Int) -> [(Int32, Int32)] {
    var merges: [(Int32, Int32)] = []
    while merges.count < number, let pair = nextPair() {
      merges.append((pair.left, pair.right))
      merge(pair, into: Int32(bytes.count))
    }
    return merges
  }

  private mutating func note(_ pair: Pair, _ word: Int, _ weight: Int) {
    counts[pair, default: 0] += weight
    if weight > 0, places[pair]?.last != Int32(word) { places[pair, default: []].append(Int32(word)) }
  }

  /// The most frequent pair; nil when none occurs twice. Stale candidates are put back with their count.
  private mutating func nextPair() -> Pair? {
    while let top = heap.first {
      let count = counts[top.pair] ?? 0
      // A second way to the bytes of a token would give the vocabulary the same text twice.
      let isNew = !known.contains(bytes[Int(top.pair.left)] + bytes[Int(top.pair.right)])
      if count == top.count, count >= 2, isNew { return top.pair }
      if count >= 2, isNew {
        heap[0].count = count
      } else {
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
      }
      sift(0)
    }
    return nil
  }

  private mutating func merge(_ pair: Pair, into token: Int32) {
    let merged = bytes[Int(pair.left)] + bytes[Int(pair.right)]
    bytes.append(merged)
    known.insert(merged)
    var changed: Set<Pair> = []
    for place in places[pair] ?? [] {
      let index = Int(place)
      let old = words[index]
      var new: [Int32] = []
      var at = 0
      while at < old.count {
        if at + 1 < old.count, old[at] == pair.left, old[at + 1] == pair.right {
          new.append(token)
          at += 2
        } else {
          new.append(old[at])
          at += 1
        }
      }
      guard new.count < old.count else { continue }
      for (left, right) in zip(old, old.dropFirst()) {
        note(Pair(left: left, right: right), index, -weights[index])
      }
      for (left, right) in zip(new, new.dropFirst()) {
        let fresh = Pair(left: left, right: right)
        note(fresh, index, weights[index])
        if left == token || right == token { changed.insert(fresh) }
      }
      words[index] = new
    }
    counts[pair] = nil
    places[pair] = nil
    for fresh in changed { push(Candidate(count: counts[fresh] ?? 0, pair: fresh)) }
  }

  private func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
    if a.count != b.count { return a.count > b.count }
    let (left, right) = (bytes[Int(a.pair.left)], bytes[Int(b.pair.left)])
    if left != right { return left.lexicographicallyPrecedes(right) }
    let (next, other) = (bytes[Int(a.pair.right)], bytes[Int(b.pair.right)])
    if next != other { return next.lexicographicallyPrecedes(other) }
    // Two ways to the same bytes: the older tokens first.
    return (a.pair.left, a.pair.right) < (b.pair.left, b.pair.right)
  }

  private mutating func push(_ candidate: Candidate) {
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0, precedes(heap[child], heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func sift(_ start: Int) {
    var parent = start
    while true {
      var first = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && precedes(heap[child], heap[first]) {
        first = child
      }
      guard first != parent else { return }
      heap.swapAt(parent, first)
      parent = first
    }
  }
}
