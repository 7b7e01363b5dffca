import Bytes

/// The parts of a text between dividers, stripped, as PromptSource makes them.
struct DividedText {
  private(set) var ranges: [Range<Int>] = []

  /// Finds the parts of a text that begins at an offset of its buffer.
  ///
  /// PromptSource strips choices before it puts `|||` back for its mark, and the parts of a prompt after;
  /// where the mark stands at an end no blank can be, so both come to the same.
  mutating func divide(_ text: Text, from base: Int, stripsFirst: Bool) {
    ranges.clearForReuse()
    var start = 0
    while true {
      let end = text.find(Text(divider), from: start) ?? text.count
      let part = text[start..<end].trimmed { $0.isPythonSpace }
      let low = base + (part.start - text.start)
      ranges.append(low..<low + part.count)
      if end == text.count { return }
      start = end + 3
    }
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
