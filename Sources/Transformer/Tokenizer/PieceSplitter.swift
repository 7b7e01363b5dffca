/// Splits a text into the pieces inside which tokens are merged, on bytes:
///
///     ␣? letters      letters are A–Z, a–z and every byte of a scalar beyond ASCII
///     digit           one at a time, so that numbers are spelled
///     ␣? others       punctuation, symbols, control characters
///     white space     a run, without its last byte where something other than white space follows
///
/// The same as the regular expression `pattern` with `isolated` matches in Hugging Face's `Split`.
package enum PieceSplitter {
  /// The pieces' definition, as `tokenizer.json` carries it.
  package static let pattern =
    #" ?[A-Za-z\x{80}-\x{10FFFF}]+|[0-9]| ?[^A-Za-z\x{80}-\x{10FFFF}0-9 \t\n\r\x{0B}\x{0C}]+"#
    + #"|[ \t\n\r\x{0B}\x{0C}]+(?![^ \t\n\r\x{0B}\x{0C}])|[ \t\n\r\x{0B}\x{0C}]"#

  enum Kind: UInt8 {
    case letter, digit, space, other
  }

  private static let kinds: [Kind] = (0...255).map { (byte: UInt8) in
    switch byte {
    case 65...90, 97...122, 128...255: .letter
    case 48...57: .digit
    case 9...13, 32: .space
    default: .other
    }
  }

  /// Gives each piece's range of bytes, in order; together they are the whole text.
  package static func split(_ bytes: UnsafeBufferPointer<UInt8>, _ give: (Range<Int>) -> Void) {
    kinds.withUnsafeBufferPointer { kinds in
      var start = 0
      while start < bytes.count {
        let end = end(of: start, bytes, kinds)
        give(start..<end)
        start = end
      }
    }
  }

  private static func end(
    of start: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ kinds: UnsafeBufferPointer<Kind>
  ) -> Int {
    func kind(_ place: Int) -> Kind { kinds[Int(bytes[place])] }
    func run(_ wanted: Kind, from first: Int) -> Int {
      var place = first
      while place < bytes.count, kind(place) == wanted { place += 1 }
      return place
    }
    switch kind(start) {
    case .letter: return run(.letter, from: start)
    case .other: return run(.other, from: start)
    case .digit: return start + 1
    case .space:
      if bytes[start] == 32, start + 1 < bytes.count {
        let next = kind(start + 1)
        if next == .letter || next == .other { return run(next, from: start + 1) }
      }
      let end = run(.space, from: start)
      // The last byte of the run belongs to what follows, unless it is the only one.
      return end == bytes.count || end == start + 1 ? end : end - 1
    }
  }
}
