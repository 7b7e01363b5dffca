/// The last bytes of a file that is read in pieces: from the open record, or the parser's place, to the end.
struct RetainedText {
  /// Offset in the file of the first byte that is kept.
  var base = 0
  private var bytes: [UInt8] = []
  /// Kept bytes that are given up; they are removed when that is worth a move.
  private var dead = 0

  /// Offset in the file behind the last byte.
  var end: Int { base + bytes.count }

  mutating func append(_ piece: UnsafeRawBufferPointer) { bytes.append(contentsOf: piece) }

  /// Gives up what lies before an offset.
  mutating func drop(before offset: Int) {
    dead = max(dead, min(offset, end) - base)
    guard dead == bytes.count || dead > 1 << 16, dead > 0 else { return }
    bytes.removeFirst(dead)
    base += dead
    dead = 0
  }

  func suffix(from offset: Int) -> ArraySlice<UInt8> {
    bytes[max(0, min(offset - base, bytes.count))...]
  }

  /// Gives the bytes between two offsets to `body`, as far as they are kept.
  func withBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    let inside = range.clamped(to: base..<end)
    return try bytes.withUnsafeBytes {
      try body(UnsafeRawBufferPointer(rebasing: $0[(inside.lowerBound - base)..<(inside.upperBound - base)]))
    }
  }

  /// The offset of the last such byte before an offset.
  func lastOffset(of byte: UInt8, before offset: Int) -> Int? {
    bytes.withUnsafeBytes { kept in
      var place = max(0, min(offset - base, kept.count))
      while place > 0 {
        place &-= 1
        if kept[place] == byte { return base + place }
      }
      return nil
    }
  }
}
