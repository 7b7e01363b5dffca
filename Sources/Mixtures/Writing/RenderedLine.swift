import Bytes
import Glibc

/// The parts of a line that `LineRenderer` made, found without parsing: texts are taken over as they are, escaped
/// already.
///
///     {"record":…,"template":…,"input":"…","targets":["…",…],"choices":["…",…] or null}
struct RenderedLine {
  /// The input and the first target, in their quotes.
  private(set) var input = 0..<0
  private(set) var target = 0..<0
  /// All targets in their brackets; empty where there is one.
  private(set) var targets = 0..<0
  /// All choices in their brackets; empty where there is none.
  private(set) var choices = 0..<0

  /// - Parameter start: where the input's key begins, with the comma before it.
  /// - Returns: nil for a line that tells an error, and for one without a target, with an empty text or with a
  ///   text that may be blank: those are for the machine to look at.
  init?(_ line: UnsafeRawBufferPointer, from start: Int) {
    guard line.count > start + 32, Self.holds(line, at: start, ",\"input\":") else { return nil }
    guard let inputEnd = Self.end(ofText: line, at: start + 9) else { return nil }
    input = start + 9..<inputEnd
    guard Self.holds(line, at: inputEnd, ",\"targets\":[\"") else { return nil }
    let first = inputEnd + 12
    guard let targetEnd = Self.end(ofText: line, at: first) else { return nil }
    target = first..<targetEnd
    var place = targetEnd
    while line[place] == UInt8(ascii: ",") {
      guard let next = Self.end(ofText: line, at: place + 1) else { return nil }
      place = next
    }
    guard Self.holds(line, at: place, "],\"choices\":") else { return nil }
    if place > targetEnd { targets = first - 1..<place + 1 }
    let last = line.count - 2
    if line[place + 12] == UInt8(ascii: "["), last > place + 14 { choices = place + 12..<last }
    guard Self.mayNotBeBlank(line, input), Self.mayNotBeBlank(line, target) else { return nil }
  }

  /// Behind the closing quote of a text that begins at a place.
  @inline(__always)
  private static func end(ofText line: UnsafeRawBufferPointer, at start: Int) -> Int? {
    guard let base = line.baseAddress, start < line.count, line[start] == UInt8(ascii: "\"") else {
      return nil
    }
    var place = start + 1
    while place < line.count, let found = memchr(base + place, 34, line.count - place) {
      let quote = UnsafeRawPointer(found) - base
      var before = quote
      while before > start + 1, line[before - 1] == UInt8(ascii: "\\") { before -= 1 }
      if (quote - before) & 1 == 0 { return quote + 1 < line.count ? quote + 1 : nil }
      place = quote + 1
    }
    return nil
  }

  /// Whether a text in quotes begins with something that is to be seen.
  private static func mayNotBeBlank(_ line: UnsafeRawBufferPointer, _ text: Range<Int>) -> Bool {
    let first = line[text.lowerBound + 1]
    if first == UInt8(ascii: "\\") {
      let escaped = line[text.lowerBound + 2]
      return escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\")
    }
    return first > 32 && text.count > 2
  }

  @inline(__always)
  private static func holds(_ line: UnsafeRawBufferPointer, at place: Int, _ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard let base = line.baseAddress, place >= 0, place + count < line.count else { return false }
    return memcmp(base + place, text.utf8Start, count) == 0
  }
}
