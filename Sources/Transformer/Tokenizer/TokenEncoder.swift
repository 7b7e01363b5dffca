@_spi(_Unicode) import Swift

/// Encodes texts one after the other and remembers the tokens of the pieces it met; for one thread.
public struct TokenEncoder {
  private let tokenizer: Tokenizer
  private let marks: Marks
  private var memory = PieceMemory()
  private var merger = PieceMerger()

  /// What the name of a mark in a text is.
  public enum Marks: Sendable {
    /// Text like any other: for texts from outside.
    case text
    /// The mark: for texts that a chat template wrote. What Hugging Face's `encode` does.
    case tokens
  }

  public init(_ tokenizer: Tokenizer, marks: Marks = .text) {
    self.tokenizer = tokenizer
    self.marks = marks
  }

  /// The tokens of a text, without those that stand around an example's parts.
  public mutating func encode(_ text: String) -> [Int32] {
    var result: [Int32] = []
    append(text, to: &result)
    return result
  }

  /// Appends the tokens of a text.
  public mutating func append(_ text: String, to result: inout [Int32]) {
    var text = text
    if tokenizer.composes { text = Self.composed(text) }
    text.withUTF8 { bytes in
      guard marks == .tokens || tokenizer.added.hasWords else {
        appendPlain(bytes, to: &result)
        return
      }
      // A stretch of text has the token -1.
      var found: [(text: Range<Int>, token: Int32)] = []
      tokenizer.added.divide(
        bytes, marks: marks == .tokens, text: { found.append(($0, -1)) }, token: { found.append((0..<0, $0)) }
      )
      for (range, token) in found {
        if token >= 0 {
          result.append(token)
        } else {
          appendPlain(UnsafeBufferPointer(rebasing: bytes[range]), to: &result)
        }
      }
    }
  }

  private mutating func appendPlain(_ bytes: UnsafeBufferPointer<UInt8>, to result: inout [Int32]) {
    PatternSplitter.split(bytes, tokenizer.rule) { range in
      let piece = UnsafeBufferPointer(rebasing: bytes[range])
      if memory.appendKnown(piece, to: &result) { return }
      let start = result.count
      merger.append(piece, tokenizer, to: &result)
      memory.remember(piece, tokens: result[start...])
    }
  }

  /// Normalization form C (Unicode Standard Annex 15). Nothing below U+0300 changes, which is nearly all text.
  private static func composed(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 >= 0xCC }) else { return text }
    var scalars = String.UnicodeScalarView()
    // The standard library has the algorithm for its own comparisons and no public name for it yet.
    for scalar in text._nfc { scalars.append(scalar) }
    return String(scalars)
  }
}

/// The tokens of pieces met before, by their bytes.
private struct PieceMemory {
  /// Longer pieces are rare and are merged anew.
  private static let longest = 32
  private static let most = 1 << 16

  private struct Entry {
    var hash: UInt64 = 0
    var bytesStart: Int32 = 0
    var bytesCount: Int32 = 0
    var tokensStart: Int32 = 0
    var tokensCount: Int32 = 0
  }

  private var entries = [Entry](repeating: Entry(), count: 1 << 12)
  private var count = 0
  private var bytes: [UInt8] = []
  private var tokens: [Int32] = []

  private static func hash(_ piece: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in piece { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return hash ^ hash >> 29
  }

  private func slot(_ piece: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
    var place = Int(hash & UInt64(entries.count - 1))
    while entries[place].bytesCount > 0 {
      let entry = entries[place]
      if entry.hash == hash, Int(entry.bytesCount) == piece.count, matches(entry, piece) { return place }
      place = (place + 1) & (entries.count - 1)
    }
    return place
  }

  private func matches(_ entry: Entry, _ piece: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = Int(entry.bytesStart)
    for place in 0..<piece.count where bytes[start + place] != piece[place] { return false }
    return true
  }

  func appendKnown(_ piece: UnsafeBufferPointer<UInt8>, to result: inout [Int32]) -> Bool {
    guard piece.count <= Self.longest else { return false }
    let entry = entries[slot(piece, Self.hash(piece))]
    guard entry.bytesCount > 0 else { return false }
    let start = Int(entry.tokensStart)
    for place in start..<start + Int(entry.tokensCount) { result.append(tokens[place]) }
    return true
  }

  mutating func remember(_ piece: UnsafeBufferPointer<UInt8>, tokens new: ArraySlice<Int32>) {
    guard piece.count <= Self.longest, !piece.isEmpty, count < Self.most else { return }
    if count * 2 >= entries.count { grow() }
    let hash = Self.hash(piece)
    entries[slot(piece, hash)] = Entry(
      hash: hash, bytesStart: Int32(bytes.count), bytesCount: Int32(piece.count),
      tokensStart: Int32(tokens.count), tokensCount: Int32(new.count))
    bytes.append(contentsOf: piece)
    tokens.append(contentsOf: new)
    count += 1
  }

  private mutating func grow() {
    let old = entries
    entries = [Entry](repeating: Entry(), count: old.count * 2)
    for entry in old where entry.bytesCount > 0 {
      var place = Int(entry.hash & UInt64(entries.count - 1))
      while entries[place].bytesCount > 0 { place = (place + 1) & (entries.count - 1) }
      entries[place] = entry
    }
  }
}
