import Bytes

/// Hashes of a text's word shingles: every run of so many words, in lower case and without punctuation.
///
/// Words are those of `TemplateWords`. A text of fewer words than a shingle has one shingle of what it has; a
/// text without words has none. Equal shingles have equal hashes everywhere; different ones share a hash with
/// probability 2⁻³².
package struct WordShingles: Sendable {
  /// Words of a shingle, at least 1.
  package let length: Int
  /// For each word of the text its hash; kept for its memory.
  private var words: [UInt64] = []
  private let reader = WordReader()
  private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// - Parameter length: 5 finds texts that were edited; 13 is the usual window of overlap with test sets.
  package init(length: Int) { self.length = max(1, length) }

  /// Replaces the content of `hashes` by those of the text's shingles, in order, repeated ones included.
  ///
  /// - Parameter text: UTF-8; what is no valid UTF-8 separates words.
  package mutating func hash(_ text: UnsafeRawBufferPointer, into hashes: inout [UInt32]) {
    hashes.removeAll(keepingCapacity: true)
    reader.read(text, into: &words)
    guard !words.isEmpty else { return }
    // A polynomial over the words' hashes modulo 2^64: the next shingle's follows from the last one's.
    var outgoing: UInt64 = 1
    for _ in 0..<length { outgoing &*= Self.base }
    var sum: UInt64 = 0
    for (place, word) in words.enumerated() {
      sum = sum &* Self.base &+ word
      if place >= length { sum &-= words[place - length] &* outgoing }
      if place >= length - 1 || place == words.count - 1 && hashes.isEmpty {
        hashes.append(UInt32(truncatingIfNeeded: mix64(sum) >> 32))
      }
    }
  }

  /// The same for a text held as a string.
  package mutating func hashes(of text: String) -> [UInt32] {
    var text = text
    var hashes: [UInt32] = []
    text.withUTF8 { hash(UnsafeRawBufferPointer($0), into: &hashes) }
    return hashes
  }
}
