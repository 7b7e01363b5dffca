/// Texts as a tree of tokens, cut into passes of bounded size: what texts share at their front is computed once, and
/// where a pass ends, the path that goes on is stored for the next.
struct PrefixTree {
  struct Pass {
    var batch = TokenBatch()
    /// What of the batch is stored for later passes.
    var moves: [KeyStore.Move] = []
    var ends: [End] = []
  }

  /// A text that ends in a pass, and where its keys stand then, in order.
  struct End {
    var text: Int
    var path: [TokenBatch.Run]
  }

  /// A row of a pass.
  struct Place: Hashable {
    var pass: Int
    var row: Int
  }

  private(set) var passes: [Pass] = []
  /// How many tokens of a path are stored at most.
  private(set) var storedRows = 0
  /// Tokens that are computed, of `given` tokens that all texts have together.
  private(set) var computed = 0
  private(set) var given = 0
  private var current = Pass()
  private var path: [Node] = []
  private let mostRows: Int
  private let mostEnds: Int

  /// Neighbouring tokens of the path, and where they were computed.
  private struct Node {
    var depth: Int
    var count: Int
    var pass: Int
    var row: Int
    var isStored = false
  }

  /// - Parameters:
  ///   - rows: of a pass, at most.
  ///   - ends: texts that end in a pass, at most.
  init(rows: Int, ends: Int = .max) {
    (mostRows, mostEnds) = (max(1, rows), max(1, ends))
  }

  /// The texts in the order in which a tree takes them, each with the number of tokens that it shares with the one
  /// before.
  static func order(_ texts: [[Int32]]) -> [(text: Int, shared: Int)] {
    let order = texts.indices.sorted { left, right in
      let shared = Self.shared(texts[left], texts[right])
      guard shared < texts[left].count, shared < texts[right].count else {
        return (texts[left].count, left) < (texts[right].count, right)
      }
      return texts[left][shared] < texts[right][shared]
    }
    var before: Int?
    return order.map { text in
      defer { before = text }
      return (text, before.map { Self.shared(texts[$0], texts[text]) } ?? 0)
    }
  }

  /// How many tokens two texts share at their front.
  static func shared(_ left: [Int32], _ right: [Int32]) -> Int {
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        let most = min(left.count, right.count)
        var count = 0
        while count < most, left[count] == right[count] { count += 1 }
        return count
      }
    }
  }

  /// Takes the next text.
  ///
  /// - Parameter shared: how many tokens at its front are those of the text before.
  mutating func add(_ text: Int, _ tokens: [Int32], shared: Int) {
    given += tokens.count
    computed += tokens.count - shared
    cutPath(to: shared)
    if current.ends.count >= mostEnds { close() }
    var depth = shared
    while depth < tokens.count {
      if current.batch.rows >= mostRows { close() }
      let count = min(tokens.count - depth, mostRows - current.batch.rows)
      let span = current.batch.append(branch: tokens[depth..<depth + count], after: runs)
      path.append(Node(depth: depth, count: count, pass: passes.count, row: span.start))
      depth += count
    }
    current.ends.append(End(text: text, path: runs))
  }

  /// Ends the last pass.
  mutating func finish() {
    path = []
    close()
  }

  /// Where a token of the text that was added last is computed.
  func place(at depth: Int) -> Place? {
    path.last { $0.depth <= depth }.map { Place(pass: $0.pass, row: $0.row + depth - $0.depth) }
  }

  /// Asks a row of a pass for its prediction; rows of a pass must be asked in ascending order.
  mutating func predict(_ place: Place) { passes[place.pass].batch.predict(place.row) }

  private mutating func cutPath(to count: Int) {
    while let last = path.last, last.depth + last.count > count {
      path.removeLast()
      if last.depth < count {
        var kept = last
        kept.count = count - last.depth
        path.append(kept)
      }
    }
  }

  /// What is stored is the path's front and one run.
  private var runs: [TokenBatch.Run] {
    var result: [TokenBatch.Run] = []
    let stored = path.prefix(while: \.isStored)
    if let last = stored.last {
      result.append(TokenBatch.Run(start: 0, count: last.depth + last.count, isStored: true))
    }
    for node in path.dropFirst(stored.count) {
      result.append(TokenBatch.Run(start: node.row, count: node.count))
    }
    return result
  }

  private mutating func close() {
    for index in path.indices where !path[index].isStored {
      let node = path[index]
      current.moves.append(KeyStore.Move(row: node.row, count: node.count, place: node.depth))
      path[index].isStored = true
      storedRows = max(storedRows, node.depth + node.count)
    }
    if current.batch.rows > 0 || !current.ends.isEmpty { passes.append(current) }
    current = Pass()
  }
}
