import Bytes
import CTextLoops

/// The parts of a text between dividers, stripped, as PromptSource makes them.
struct DividedText {
  private(set) var ranges: [Range<Int>] = []
  /// Whether the mark for dividers inside fields stands in the text.
  private(set) var hasMarks = false

  /// Dividers that are found in one go.
  private static var most: Int { 8 }

  /// Finds the parts of a text that begins at an offset of its buffer.
  ///
  /// PromptSource strips choices before it puts `|||` back for its mark, and the parts of a prompt after;
  /// where the mark stands at an end no blank can be, so both come to the same.
  mutating func divide(_ text: Text, from base: Int, stripsFirst: Bool) {
    ranges.clearForReuse()
    var places = InlineArray<8, UInt32>(repeating: 0)
    var marks: Int32 = 0
    let count = withUnsafeMutableBytes(of: &places) { room in
      pb_text_dividers(
        text.start, text.count, protectedDivider.utf8Start,
        room.bindMemory(to: UInt32.self).baseAddress, Self.most, &marks)
    }
    guard count <= Self.most, text.count <= UInt32.max else { return divideLong(text, from: base) }
    hasMarks = marks != 0
    var start = 0
    for place in 0..<count {
      append(text, start..<Int(places[place]), from: base)
      start = Int(places[place]) + 3
    }
    append(text, start..<text.count, from: base)
  }

  /// The same for many parts.
  private mutating func divideLong(_ text: Text, from base: Int) {
    hasMarks = text.find(Text(protectedDivider)) != nil
    var start = 0
    while let end = text.find(Text(divider), from: start) {
      append(text, start..<end, from: base)
      start = end + 3
    }
    append(text, start..<text.count, from: base)
  }

  @inline(__always)
  private mutating func append(_ text: Text, _ range: Range<Int>, from base: Int) {
    var low = range.lowerBound
    var high = range.upperBound
    func isPlain(_ byte: UInt8) -> Bool { byte > 32 && byte < 127 }
    if low < high, !isPlain(text.start[low]) || !isPlain(text.start[high - 1]) {
      let part = text[range].trimmed { $0.isPythonSpace }
      low = part.start - text.start
      high = low + part.count
    }
    ranges.append(base + low..<base + high)
  }

  /// A part as text, dividers put back.
  func string(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> String {
    let part = Text(UnsafeRawBufferPointer(rebasing: bytes[range]))
    guard part.find(Text(protectedDivider)) != nil else { return part.string }
    var result = ""
    var start = 0
    while let mark = part.find(Text(protectedDivider), from: start) {
      result += part[start..<mark].string + "|||"
      start = mark + protectedDivider.utf8CodeUnitCount
    }
    return result + part[start..<part.count].string
  }
}
