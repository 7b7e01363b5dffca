import Bytes

/// Takes a text apart into words, each as 64 bits: in lower case and without punctuation, as `TemplateWords`.
///
/// Equal words have equal hashes everywhere; different ones share a hash with probability 2⁻⁶⁴.
package struct WordReader: Sendable {
  package init() {}

  /// Whether an ASCII byte stands between words, wherever it stands.
  package static func separates(_ byte: UInt8) -> Bool { byte < 0x80 && asciiWordBytes[Int(byte)] == 0 }

  /// Replaces the content of `words` by the hashes of the text's words, in order.
  ///
  /// - Parameter text: UTF-8; what is no valid UTF-8 separates words.
  package func read(_ text: UnsafeRawBufferPointer, into words: inout [UInt64]) {
    words.removeAll(keepingCapacity: true)
    var word = WordHash()
    var place = 0
    while place < text.count {
      let byte = text[place]
      guard byte >= 0x80 else {
        place += 1
        let lower = asciiWordBytes[Int(byte)]
        if lower != 0 { word.add(lower) } else { word.finish(into: &words) }
        continue
      }
      guard let (scalar, length) = decodeScalar(text, at: place) else {
        word.finish(into: &words)
        place += 1
        continue
      }
      place += length
      switch WordScalar(scalar) {
      case .separator: word.finish(into: &words)
      case .part: word.add(scalar)
      case .alone:
        word.finish(into: &words)
        word.add(scalar)
        word.finish(into: &words)
      }
    }
    word.finish(into: &words)
  }
}

/// The running hash of a word's lower-case UTF-8.
private struct WordHash {
  private static let start: UInt64 = 0xCBF2_9CE4_8422_2325
  private var state = start

  @inline(__always)
  mutating func add(_ byte: UInt8) {
    // FNV-1a, mixed at the word's end.
    state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
  }

  mutating func add(_ scalar: Unicode.Scalar) {
    let properties = scalar.properties
    guard properties.changesWhenLowercased else {
      for byte in UTF8.encode(scalar) ?? Unicode.UTF8.encodedReplacementCharacter { add(byte) }
      return
    }
    for byte in properties.lowercaseMapping.utf8 { add(byte) }
  }

  @inline(__always)
  mutating func finish(into words: inout [UInt64]) {
    guard state != Self.start else { return }
    words.append(mix64(state))
    state = Self.start
  }
}

/// For each ASCII byte that is part of a word its lower-case form, 0 for the others.
private let asciiWordBytes: [UInt8] = (UInt8(0)..<128).map { byte in
  switch byte {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): byte
  default: 0
  }
}

/// The scalar that begins at a place and how many bytes it takes; nil where the bytes are no UTF-8.
private func decodeScalar(_ text: UnsafeRawBufferPointer, at place: Int) -> (Unicode.Scalar, Int)? {
  let first = text[place]
  let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
  guard first >= 0xC2, first < 0xF5, place + length <= text.count else { return nil }
  var value = UInt32(first) & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
  for next in place + 1..<place + length {
    guard text[next] & 0xC0 == 0x80 else { return nil }
    value = value << 6 | UInt32(text[next] & 0x3F)
  }
  guard length == 2 || value >= (length == 3 ? 0x800 : 0x1_0000) else { return nil }
  return Unicode.Scalar(value).map { ($0, length) }
}
