import CTextLoops
import Glibc

/// UTF-8 bytes that live elsewhere: in the record, in the program or in the region of the rendering. A text
/// is never used after the rendering that made it.
struct Text: BitwiseCopyable {
  let start: UnsafePointer<UInt8>
  let count: Int

  init(start: UnsafePointer<UInt8>, count: Int) {
    self.start = start
    self.count = count
  }

  init(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count > 0 else {
      self = .empty
      return
    }
    self.init(start: base.assumingMemoryBound(to: UInt8.self), count: bytes.count)
  }

  init(_ literal: StaticString) { self.init(start: literal.utf8Start, count: literal.utf8CodeUnitCount) }

  static var empty: Text { Text("") }

  var isEmpty: Bool { count == 0 }

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

  var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  var string: String { String(decoding: bytes, as: UTF8.self) }

  subscript(_ range: Range<Int>) -> Text { Text(start: start + range.lowerBound, count: range.count) }

  /// Length as Python counts it.
  var scalarCount: Int {
    guard count < 16 else { return pb_text_scalars(start, count) }
    var scalars = 0
    for place in 0..<count where start[place] & 0xC0 != 0x80 { scalars &+= 1 }
    return scalars
  }

  /// Whether every byte is a scalar of its own; then offsets are indices.
  var isASCII: Bool {
    let raw = UnsafeRawPointer(start)
    var place = 0
    while place &+ 8 <= count {
      let word = raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      if word & 0x8080_8080_8080_8080 != 0 { return false }
      place &+= 8
    }
    while place < count {
      if start[place] >= 0x80 { return false }
      place &+= 1
    }
    return true
  }

  func scalar(at offset: Int) -> (value: Unicode.Scalar, size: Int) { decodeScalar(bytes, at: offset) }

  /// The size in bytes of the scalar that begins here.
  func size(at offset: Int) -> Int {
    let first = start[offset]
    let size = first < 0xC0 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    return min(size, count - offset)
  }

  /// The byte offset of the scalar with this index, from 0 through the number of scalars.
  func offset(ofScalar index: Int, from start: Int = 0) -> Int {
    var offset = start
    var left = index
    while left > 0, offset < count {
      offset += size(at: offset)
      left -= 1
    }
    return offset
  }

  /// The byte offset of the first occurrence at or after `from`.
  func find(_ needle: Text, from: Int = 0) -> Int? {
    guard needle.count <= count - from else { return nil }
    if needle.isEmpty { return from }
    // A long needle that nearly matches everywhere would make the simple search quadratic.
    if needle.count > 32 { return findLong(needle, from: from) }
    let found = pb_text_find(start + from, count - from, needle.start, needle.count)
    return found < 0 ? nil : from + found
  }

  /// Knuth, Morris and Pratt 1977.
  private func findLong(_ needle: Text, from: Int) -> Int? {
    var borders = [0]
    borders.reserveCapacity(needle.count)
    var length = 0
    for place in 1..<needle.count {
      while length > 0, needle.start[place] != needle.start[length] { length = borders[length - 1] }
      if needle.start[place] == needle.start[length] { length += 1 }
      borders.append(length)
    }
    length = 0
    for place in from..<count {
      while length > 0, start[place] != needle.start[length] { length = borders[length - 1] }
      if start[place] == needle.start[length] { length += 1 }
      if length == needle.count { return place + 1 - length }
    }
    return nil
  }

  /// The byte offset of the last occurrence that ends at or before `end`.
  func findLast(_ needle: Text, before end: Int) -> Int? {
    var offset = end - needle.count
    while offset >= 0 {
      if memcmp(start + offset, needle.start, needle.count) == 0 { return offset }
      offset -= 1
    }
    return nil
  }

  func hasPrefix(_ prefix: Text) -> Bool {
    prefix.count <= count && memcmp(start, prefix.start, prefix.count) == 0
  }

  func hasSuffix(_ suffix: Text) -> Bool {
    suffix.count <= count && memcmp(start + count - suffix.count, suffix.start, suffix.count) == 0
  }

  func equals(_ other: Text) -> Bool {
    guard count == other.count else { return false }
    if count > 16 { return memcmp(start, other.start, count) == 0 }
    let (a, b) = (UnsafeRawPointer(start), UnsafeRawPointer(other.start))
    // Short ones by two words that overlap: most texts that are compared are names.
    func same<Word: FixedWidthInteger & BitwiseCopyable>(_ type: Word.Type) -> Bool {
      let last = count &- MemoryLayout<Word>.size
      return a.loadUnaligned(as: type) == b.loadUnaligned(as: type)
        && a.loadUnaligned(fromByteOffset: last, as: type) == b.loadUnaligned(fromByteOffset: last, as: type)
    }
    if count >= 8 { return same(UInt64.self) }
    if count >= 4 { return same(UInt32.self) }
    if count >= 2 { return same(UInt16.self) }
    return count == 0 || start[0] == other.start[0]
  }

  func equals(_ literal: StaticString) -> Bool { equals(Text(literal)) }

  /// Order by scalars, which in UTF-8 is the order of bytes.
  func precedes(_ other: Text) -> Bool {
    let order = memcmp(start, other.start, min(count, other.count))
    return order != 0 ? order < 0 : count < other.count
  }

  /// Without the scalars at its ends for which `drops` holds.
  func trimmed(
    leading: Bool = true, trailing: Bool = true, _ drops: (Unicode.Scalar) -> Bool
  ) -> Text {
    var low = 0
    var high = count
    while leading, low < high {
      let (value, size) = scalar(at: low)
      guard drops(value) else { break }
      low += size
    }
    while trailing, high > low {
      var start = high - 1
      while start > low, self.start[start] & 0xC0 == 0x80 { start -= 1 }
      guard drops(scalar(at: start).value) else { break }
      high = start
    }
    return self[low..<high]
  }

  var scalars: ScalarSequence { ScalarSequence(text: self) }

  struct ScalarSequence: Sequence, IteratorProtocol {
    let text: Text
    private var offset = 0

    init(text: Text) { self.text = text }

    mutating func next() -> Unicode.Scalar? {
      guard offset < text.count else { return nil }
      let (value, size) = text.scalar(at: offset)
      offset += size
      return value
    }
  }
}
