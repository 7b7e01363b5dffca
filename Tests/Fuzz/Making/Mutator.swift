import Bytes

/// Changes a text a little, in the ways in which texts go wrong and in those that look for limits.
struct Mutator {
  /// What the syntax at hand is made of.
  var tokens: [[UInt8]]
  /// Texts to take pieces from.
  var others: [[UInt8]]
  /// Longer texts are cut.
  var longest = 24_000

  func mutated(_ original: [UInt8], _ dice: inout Dice) -> [UInt8] {
    var bytes = original
    for _ in 0..<dice.size(upTo: 12) {
      change(&bytes, &dice)
      if bytes.count > longest { bytes.removeSubrange(longest...) }
    }
    return bytes
  }

  private func change(_ bytes: inout [UInt8], _ dice: inout Dice) {
    let place = dice.below(bytes.count + 1)
    switch dice.below(16) {
    case 0: if place < bytes.count { bytes[place] ^= 1 << UInt8(dice.below(8)) }
    case 1: if place < bytes.count { bytes[place] = UInt8(dice.below(256)) }
    case 2: bytes.removeSubrange(place..<min(bytes.count, place + dice.size(upTo: 200)))
    case 3, 4: bytes.insert(contentsOf: token(&dice), at: place)
    case 5, 6, 7: replaceWord(&bytes, place, with: token(&dice), &dice)
    case 8: swapWords(&bytes, &dice)
    case 9: repeatPiece(&bytes, place, &dice)
    case 10: nest(&bytes, place, &dice)
    case 11: splice(&bytes, place, &dice)
    case 12, 13: replaceNumber(&bytes, place, &dice)
    case 14: bytes.insert(contentsOf: Array(dice.pick(FuzzTokens.scalars).utf8), at: place)
    default: bytes.insert(contentsOf: dice.pick(FuzzTokens.malformed, else: []), at: place)
    }
  }

  private func token(_ dice: inout Dice) -> [UInt8] { dice.pick(tokens, else: [32]) }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 128...,
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// The word, or else the one other byte, at a place.
  private func word(_ bytes: [UInt8], at place: Int) -> Range<Int> {
    guard place < bytes.count else { return bytes.count..<bytes.count }
    guard Self.isWord(bytes[place]) else { return place..<place + 1 }
    var (low, high) = (place, place + 1)
    while low > 0, Self.isWord(bytes[low - 1]) { low -= 1 }
    while high < bytes.count, Self.isWord(bytes[high]) { high += 1 }
    return low..<high
  }

  private func replaceWord(_ bytes: inout [UInt8], _ place: Int, with new: [UInt8], _ dice: inout Dice) {
    bytes.replaceSubrange(word(bytes, at: place), with: new)
  }

  private func swapWords(_ bytes: inout [UInt8], _ dice: inout Dice) {
    let (a, b) = (word(bytes, at: dice.below(bytes.count)), word(bytes, at: dice.below(bytes.count)))
    guard a.upperBound <= b.lowerBound else { return }
    let (first, second) = (Array(bytes[a]), Array(bytes[b]))
    bytes.replaceSubrange(b, with: first)
    bytes.replaceSubrange(a, with: second)
  }

  private func repeatPiece(_ bytes: inout [UInt8], _ place: Int, _ dice: inout Dice) {
    let piece = Array(bytes[place..<min(bytes.count, place + dice.size(upTo: 60))])
    guard !piece.isEmpty else { return }
    let times = min(dice.size(upTo: 6000), longest / piece.count)
    bytes.insert(contentsOf: Array(repeatElement(piece, count: times).joined()), at: place)
  }

  /// Opens and closes brackets many times around a piece.
  private func nest(_ bytes: inout [UInt8], _ place: Int, _ dice: inout Dice) {
    let (open, close) = dice.pick(FuzzTokens.brackets, else: ("(", ")"))
    let end = min(bytes.count, place + dice.size(upTo: 40))
    let times = min(dice.size(upTo: 6000), longest / (open.utf8.count + close.utf8.count))
    if !dice.one(in: 4) {
      bytes.insert(contentsOf: Array(repeatElement(close.utf8, count: times).joined()), at: end)
    }
    bytes.insert(contentsOf: Array(repeatElement(open.utf8, count: times).joined()), at: place)
  }

  private func splice(_ bytes: inout [UInt8], _ place: Int, _ dice: inout Dice) {
    let other = dice.pick(others, else: [])
    let start = dice.below(other.count)
    let piece = other[start..<min(other.count, start + dice.size(upTo: 300))]
    if dice.one(in: 3) {
      bytes.replaceSubrange(place..., with: other[start...])
    } else {
      bytes.insert(contentsOf: piece, at: place)
    }
  }

  /// Puts an extreme number in place of the next number.
  private func replaceNumber(_ bytes: inout [UInt8], _ place: Int, _ dice: inout Dice) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let low = bytes[place...].firstIndex(where: digits.contains) else {
      return replaceWord(&bytes, place, with: Array(dice.pick(FuzzTokens.numbers).utf8), &dice)
    }
    let high = bytes[low...].firstIndex { !digits.contains($0) } ?? bytes.count
    bytes.replaceSubrange(low..<high, with: Array(dice.pick(FuzzTokens.numbers).utf8))
  }
}
