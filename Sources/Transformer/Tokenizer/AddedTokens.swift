/// A token that is found in a text before anything is merged: a mark such as `<|end|>`, or a word of its own.
struct AddedToken: Sendable {
  var id: Int32
  var content: [UInt8]
  /// A mark of the model's, which a text from outside must not be able to write.
  var isMark: Bool
  /// Whether white space around it belongs to it.
  var takesBefore = false
  var takesAfter = false
}

/// Finds added tokens in texts: the leftmost, of those that begin at one place the longest.
struct AddedTokens: Sendable {
  let all: [AddedToken]
  /// Tokens that begin with a byte, the longest first.
  private let byFirst: [[AddedToken]]
  /// Whether any is not a mark.
  let hasWords: Bool

  init(_ tokens: [AddedToken]) {
    all = tokens
    hasWords = tokens.contains { !$0.isMark }
    var byFirst: [[AddedToken]] = Array(repeating: [], count: 256)
    // Sorted by length and id, which are unlike for unlike tokens.
    for token in tokens.sorted(by: { ($1.content.count, $0.id) < ($0.content.count, $1.id) }) {
      if let first = token.content.first { byFirst[Int(first)].append(token) }
    }
    self.byFirst = byFirst
  }

  func named(_ name: String) -> AddedToken? { all.first { $0.content.elementsEqual(name.utf8) } }

  /// Gives the stretches between added tokens, and the tokens, in order.
  ///
  /// - Parameter marks: whether marks are looked for too.
  func divide(
    _ bytes: UnsafeBufferPointer<UInt8>, marks: Bool, text: (Range<Int>) -> Void,
    token give: (Int32) -> Void
  ) {
    var start = 0
    var place = 0
    while place < bytes.count {
      guard let found = token(at: place, bytes, marks) else {
        place += 1
        continue
      }
      var end = place + found.content.count
      let before = found.takesBefore ? blanksBefore(place, bytes, from: start) : place
      if found.takesAfter { end = blanksAfter(end, bytes) }
      if before > start { text(start..<before) }
      give(found.id)
      (start, place) = (end, end)
    }
    if start < bytes.count { text(start..<bytes.count) }
  }

  @inline(__always)
  private func token(at place: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ marks: Bool) -> AddedToken? {
    let candidates = byFirst[Int(bytes[place])]
    guard !candidates.isEmpty else { return nil }
    return candidates.first { token in
      (marks || !token.isMark) && token.content.count <= bytes.count - place
        && token.content.elementsEqual(bytes[place..<place + token.content.count])
    }
  }

  private func blanksAfter(_ end: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    ScalarKind.table.withUnsafeBufferPointer { ScalarReader(bytes, table: $0).run(.space, from: end) }
  }

  private func blanksBefore(_ place: Int, _ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    ScalarKind.table.withUnsafeBufferPointer { table in
      let reader = ScalarReader(bytes, table: table)
      var place = place
      while place > start {
        var previous = place - 1
        while previous > start, bytes[previous] & 0xC0 == 0x80 { previous -= 1 }
        guard reader.kind(at: previous).kind == .space else { break }
        place = previous
      }
      return place
    }
  }
}
