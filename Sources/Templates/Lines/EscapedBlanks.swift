/// Blanks at the ends of a text that is escaped for JSON already, as Python's `strip` sees them.
enum EscapedBlanks {
  /// Whether a look at the last character says that it could be a blank.
  @inline(__always)
  static func mayStand(atEndOf text: UnsafeRawBufferPointer) -> Bool {
    guard let last = text.last else { return false }
    let size = text.count
    return last <= 32 || last >= 0x80 || size >= 2 && text[size &- 2] == UInt8(ascii: "\\")
      || size >= 6 && text[size &- 6] == UInt8(ascii: "\\")
  }

  /// Whether a look at the first character says that it could be a blank.
  @inline(__always)
  static func mayStand(atStartOf text: UnsafeRawBufferPointer) -> Bool {
    guard let first = text.first else { return false }
    return first <= 32 || first >= 0x80 || first == UInt8(ascii: "\\")
  }

  /// The text without the blanks at its ends.
  static func stripped(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard mayStand(atStartOf: text) || mayStand(atEndOf: text) else { return text }
    let rest = UnsafeRawBufferPointer(rebasing: text[..<(text.count - trailing(text))])
    return UnsafeRawBufferPointer(rebasing: rest[leading(rest)...])
  }

  /// How many bytes at the start are blanks.
  static func leading(_ bytes: UnsafeRawBufferPointer) -> Int {
    var place = 0
    while place < bytes.count {
      let size = blank(UnsafeRawBufferPointer(rebasing: bytes[place...]))
      if size == 0 { break }
      place += size
    }
    return place
  }

  /// How many bytes at the end are blanks.
  static func trailing(_ bytes: UnsafeRawBufferPointer) -> Int {
    var end = bytes.count
    while end > 0 {
      let start = lastUnit(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
      let unit = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      guard blank(unit) == unit.count else { break }
      end = start
    }
    return bytes.count - end
  }

  /// The bytes of the blank at the start; 0 when none is there.
  private static func blank(_ bytes: UnsafeRawBufferPointer) -> Int {
    let first = bytes[0]
    if first == UInt8(ascii: " ") { return 1 }
    if first == UInt8(ascii: "\\"), bytes.count >= 2 {
      switch bytes[1] {
      case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "r"), UInt8(ascii: "f"): return 2
      case UInt8(ascii: "u"):
        let digits = String(decoding: bytes.dropFirst(2).prefix(4), as: UTF8.self)
        guard let value = UInt32(digits, radix: 16), Unicode.Scalar(value)?.isPythonSpace == true else {
          return 0
        }
        return 6
      default: return 0
      }
    }
    guard first >= 0x80 else { return 0 }
    let (scalar, size) = Text(bytes).scalar(at: 0)
    return scalar.isPythonSpace ? size : 0
  }

  /// Where the last character or escape begins.
  private static func lastUnit(_ bytes: UnsafeRawBufferPointer) -> Int {
    let end = bytes.count
    if bytes[end - 1] >= 0x80 {
      var start = end - 1
      while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
      return start
    }
    for length in [2, 6] where end >= length && begins(bytes, end - length) {
      let second = bytes[end - length + 1]
      if (second == UInt8(ascii: "u")) == (length == 6) { return end - length }
    }
    return end - 1
  }

  /// Whether a backslash here begins an escape: an even number of others stands before it.
  private static func begins(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Bool {
    guard bytes[place] == UInt8(ascii: "\\") else { return false }
    var before = place
    while before > 0, bytes[before - 1] == UInt8(ascii: "\\") { before -= 1 }
    return (place - before) % 2 == 0
  }
}
