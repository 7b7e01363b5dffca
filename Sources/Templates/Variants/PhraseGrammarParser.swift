/// Why a text is no phrase grammar, and where.
struct PhraseGrammarFailure: Error {
  var message: String
  /// Bytes of the source.
  var range: Range<Int>
}

/// Reads a phrase grammar: groups in braces, alternatives divided by bars, Jinja's own braces left alone.
struct PhraseGrammarParser {
  private let bytes: [UInt8]
  private var place = 0
  private static let deepest = 16

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func parse(_ text: String) throws(PhraseGrammarFailure) -> PhraseGrammar {
    var parser = PhraseGrammarParser(Array(text.utf8))
    return PhraseGrammar(pieces: try parser.pieces(in: nil, depth: 0))
  }

  private func at(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

  /// Pieces up to the end, or up to the bar or brace that ends an alternative of the group that begins at
  /// `group`.
  private mutating func pieces(
    in group: Int?, depth: Int
  ) throws(PhraseGrammarFailure) -> [PhraseGrammar.Piece] {
    var pieces: [PhraseGrammar.Piece] = []
    var run = PhraseGrammar.Run()
    func finish() {
      if !run.bytes.isEmpty { pieces.append(.text(run)) }
      run = PhraseGrammar.Run()
    }
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "{"), let end = try jinjaEnd() {
        run.bytes += bytes[place..<end]
        run.places += Array(place..<end)
        place = end
      } else if byte == UInt8(ascii: "{") {
        finish()
        pieces.append(try self.group(depth: depth))
      } else if byte == UInt8(ascii: "}"), group == nil {
        throw PhraseGrammarFailure(
          message: "'}' ends no group; write '\\}' for a brace in the text", range: place..<place + 1)
      } else if group != nil, byte == UInt8(ascii: "}") || byte == UInt8(ascii: "|") {
        break
      } else {
        if byte == UInt8(ascii: "\\"), Self.escapable.contains(at(place + 1)) { place += 1 }
        run.bytes.append(bytes[place])
        run.places.append(place)
        place += 1
      }
    }
    finish()
    return pieces
  }

  /// The characters that a backslash makes text.
  private static let escapable: [UInt8] = Array("{}|\\%#".utf8)

  private mutating func group(depth: Int) throws(PhraseGrammarFailure) -> PhraseGrammar.Piece {
    let start = place
    guard depth < Self.deepest else {
      throw PhraseGrammarFailure(
        message: "groups stand more than \(Self.deepest) deep; write the phrases out",
        range: start..<start + 1)
    }
    place += 1
    var alternatives: [PhraseGrammar.Alternative] = []
    while true {
      alternatives.append(.init(try pieces(in: start, depth: depth + 1)))
      guard place < bytes.count else {
        throw PhraseGrammarFailure(
          message: "this group is not closed; end it with '}', or write '\\{' for a brace in the text",
          range: start..<start + 1)
      }
      place += 1
      if bytes[place - 1] == UInt8(ascii: "}") { break }
    }
    if alternatives.count == 1 {
      throw PhraseGrammarFailure(
        message: "a group needs two alternatives; write '{…|}' for an optional part, or '\\{' for a brace in "
          + "the text", range: start..<place)
    }
    return .group(alternatives)
  }

  /// Where the Jinja that begins here ends; nil where none begins.
  private func jinjaEnd() throws(PhraseGrammarFailure) -> Int? {
    switch at(place + 1) {
    case UInt8(ascii: "#"):
      return try end(of: "#}", from: place + 2)
    case UInt8(ascii: "{"):
      return try expressionEnd("}}")
    case UInt8(ascii: "%"):
      let end = try expressionEnd("%}")
      return isRaw(end) ? try rawEnd(from: end) : end
    default: return nil
    }
  }

  private var unclosed: PhraseGrammarFailure {
    PhraseGrammarFailure(message: "this Jinja is not closed", range: place..<min(bytes.count, place + 2))
  }

  private func end(of mark: StaticString, from start: Int) throws(PhraseGrammarFailure) -> Int {
    var next = start
    while next + 1 < bytes.count {
      if stands(mark, at: next) { return next + 2 }
      next += 1
    }
    throw unclosed
  }

  private func stands(_ mark: StaticString, at offset: Int) -> Bool {
    at(offset) == mark.utf8Start[0] && at(offset + 1) == mark.utf8Start[1]
  }

  /// The end of an expression or statement, past strings and braces of its own, as Jinja's lexer finds it.
  private func expressionEnd(_ mark: StaticString) throws(PhraseGrammarFailure) -> Int {
    var next = place + 2
    var open = 0
    while next < bytes.count {
      let byte = bytes[next]
      if open == 0, stands(mark, at: next) { return next + 2 }
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        next += 1
        while next < bytes.count, bytes[next] != byte { next += bytes[next] == UInt8(ascii: "\\") ? 2 : 1 }
      case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "("): open += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ")"): open = max(0, open - 1)
      default: break
      }
      next += 1
    }
    throw unclosed
  }

  /// Whether the statement that begins here and ends at `end` is `raw`.
  private func isRaw(_ end: Int) -> Bool { statement(place, end) == Array("raw".utf8) }

  /// What a statement says, without its marks, dashes and blanks.
  private func statement(_ start: Int, _ end: Int) -> [UInt8] {
    guard start + 4 <= end else { return [] }
    return bytes[start + 2..<end - 2].filter {
      ![32, 9, 10, 13, UInt8(ascii: "-"), UInt8(ascii: "+")].contains($0)
    }
  }

  private func rawEnd(from start: Int) throws(PhraseGrammarFailure) -> Int {
    var next = start
    while next + 1 < bytes.count {
      if stands("{%", at: next) {
        var end = next + 2
        while end + 1 < bytes.count, !stands("%}", at: end) { end += 1 }
        if stands("%}", at: end), statement(next, end + 2) == Array("endraw".utf8) { return end + 2 }
      }
      next += 1
    }
    throw unclosed
  }
}
