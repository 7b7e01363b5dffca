/// Finds the longest runs of words that some short texts share with a long one, however long that is.
///
/// A suffix automaton (Blumer et al. 1985) over all the short texts: every run of words in any of them is a
/// path from its root, and a long text, fed word by word, is at any time in the state of the longest run that
/// ends there. Each word costs a look-up or two; memory grows with the short texts alone.
package struct RunAutomaton: Sendable {
  /// Numbers of the words that occur in the short texts.
  private var words = NumberTable()
  /// The target of the edge from a state by a word.
  private var edges = NumberTable()
  /// Words of the longest run that leads to each state.
  package private(set) var lengths: [Int32] = [0]
  /// The state of the longest shorter run that has other continuations, −1 for the root.
  private var links: [Int32] = [-1]
  /// For each state the list of its edges: the latest, then each one's predecessor.
  private var newestEdges: [Int32] = [-1]
  private var edgeWords: [Int32] = []
  private var edgePredecessors: [Int32] = []

  package init() {}

  package var count: Int { lengths.count }

  /// Adds a text, given as its words' hashes.
  package mutating func add(_ text: [UInt64]) {
    var state: Int32 = 0
    for hash in text {
      let word = words[hash] ?? Int32(truncatingIfNeeded: words.count)
      words[hash] = word
      state = extend(state, word)
    }
  }

  private mutating func extend(_ last: Int32, _ word: Int32) -> Int32 {
    if let known = target(last, word) {
      return lengths[Int(known)] == lengths[Int(last)] + 1 ? known : split(known, from: last, word)
    }
    let made = state(length: lengths[Int(last)] + 1)
    var place = last
    while place >= 0, target(place, word) == nil {
      setEdge(place, word, made)
      place = links[Int(place)]
    }
    if place < 0 {
      links[Int(made)] = 0
    } else if let known = target(place, word) {
      links[Int(made)] =
        lengths[Int(known)] == lengths[Int(place)] + 1 ? known : split(known, from: place, word)
    }
    return made
  }

  /// Gives the runs that are as long as one more than those of `place` a state of their own.
  private mutating func split(_ known: Int32, from place: Int32, _ word: Int32) -> Int32 {
    let copy = state(length: lengths[Int(place)] + 1)
    var edge = newestEdges[Int(known)]
    while edge >= 0 {
      let label = edgeWords[Int(edge)]
      if let target = target(known, label) { setEdge(copy, label, target) }
      edge = edgePredecessors[Int(edge)]
    }
    links[Int(copy)] = links[Int(known)]
    links[Int(known)] = copy
    var place = place
    while place >= 0, target(place, word) == known {
      setEdge(place, word, copy)
      place = links[Int(place)]
    }
    return copy
  }

  private mutating func state(length: Int32) -> Int32 {
    lengths.append(length)
    links.append(-1)
    newestEdges.append(-1)
    return Int32(truncatingIfNeeded: lengths.count - 1)
  }

  private mutating func setEdge(_ state: Int32, _ word: Int32, _ target: Int32) {
    let key = Self.key(state, word)
    if edges[key] == nil {
      edgeWords.append(word)
      edgePredecessors.append(newestEdges[Int(state)])
      newestEdges[Int(state)] = Int32(truncatingIfNeeded: edgeWords.count - 1)
    }
    edges[key] = target
  }

  private func target(_ state: Int32, _ word: Int32) -> Int32? { edges[Self.key(state, word)] }

  /// Never 0, which marks free places: states count from 0, words from 1 here.
  private static func key(_ state: Int32, _ word: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: state)) << 32 | UInt64(UInt32(bitPattern: word) &+ 1)
  }

  // MARK: The long text

  /// How far a long text has been read.
  package struct Position: Sendable {
    fileprivate var state: Int32 = 0
    fileprivate var length: Int32 = 0

    package init() {}
  }

  /// The longest run of each state that was met.
  package struct Matches: Sendable {
    fileprivate var longest: [Int32]

    package init(_ automaton: RunAutomaton) { longest = Array(repeating: 0, count: automaton.count) }

    /// Adds what was met elsewhere.
    package mutating func add(_ other: Matches) {
      for place in longest.indices { longest[place] = max(longest[place], other.longest[place]) }
    }
  }

  /// Reads on in a long text.
  package func read(_ text: [UInt64], _ position: inout Position, _ matches: inout Matches) {
    var (state, length) = (position.state, position.length)
    for hash in text {
      guard let word = words[hash] else {
        (state, length) = (0, 0)
        continue
      }
      var next = target(state, word)
      while next == nil, state > 0 {
        state = links[Int(state)]
        length = lengths[Int(state)]
        next = target(state, word)
      }
      guard let next else { continue }
      state = next
      length += 1
      if matches.longest[Int(state)] < length { matches.longest[Int(state)] = length }
    }
    (position.state, position.length) = (state, length)
  }

  /// For each state, of the runs that end in it the longest that was met, shorter runs of the same words
  /// included.
  package func longestRuns(_ matches: Matches) -> [Int32] {
    var longest = matches.longest
    let order = lengths.indices.sorted { lengths[$0] > lengths[$1] }
    // A run that was met, was met with its endings.
    for state in order where longest[state] > 0 && links[state] > 0 {
      longest[Int(links[state])] = lengths[Int(links[state])]
    }
    for state in order.reversed() where longest[state] == 0 && links[state] > 0 {
      longest[state] = longest[Int(links[state])]
    }
    return longest
  }

  /// For each word of one of the short texts how many words, ending with it, the long text has in a row.
  ///
  /// - Parameter runs: what `longestRuns` gave.
  package func runs(of text: [UInt64], _ runs: [Int32]) -> [Int32] {
    var state: Int32 = 0
    return text.map { hash in
      guard let word = words[hash], let next = target(state, word) else {
        state = 0
        return 0
      }
      state = next
      return runs[Int(state)]
    }
  }
}
