import CTextLoops
import Glibc
import JSON

extension DerivedTexts {
  /// Computes a text without the machine; false where the value is not of the kind that the kernel knows.
  func runKernel(
    _ kernel: DerivationKernel, _ entry: UnsafeMutablePointer<Entry>
  ) throws(RenderFailure) -> Bool {
    guard let place = kernel.field else { return false }
    let field = field(place)
    guard field.pointee.isText else { return false }
    let text = field.pointee.text
    let kinds = field.pointee.kinds
    // What could divide the output is for the machine, which knows how PromptSource keeps it from that.
    if kinds.contains(.byte) {
      entry.pointee.isValid = false
      return true
    }
    switch kernel {
    case .field: try setText(text, kinds, entry)
    case .trim: try setText(text.trimmed { $0.isPythonSpace }, kinds, entry)
    case .lower, .upper, .capitalize:
      guard !kinds.contains(.wide) else { return false }
      let isUpper = if case .upper = kernel { true } else { false }
      let mapped = try mapped(text, first: isUpper ? 97 : 65)
      if case .capitalize = kernel, mapped.count > 0, mapped[0] &- 97 < 26 { mapped[0] ^= 32 }
      try setText(Text(UnsafeRawBufferPointer(mapped)), kinds, entry)
    case .replace(_, let old, let new):
      let made = try replaced(text, old, new)
      try setText(made, kinds.union(JSONText.kinds(new.raw, and: 0)), entry)
    case .splitCount(_, let separator):
      entry.pointee.text = try digits(of: 1 + count(separator, in: text))
    case .length:
      entry.pointee.text = try digits(of: kinds.contains(.wide) ? text.scalarCount : text.count)
    case .machine: return false
    }
    return true
  }

  /// The text itself where it stands in JSON as it is, else a copy with escapes.
  func setText(
    _ text: Text, _ kinds: JSONText.TextKinds, _ entry: UnsafeMutablePointer<Entry>
  ) throws(RenderFailure) {
    guard kinds.contains(.escapes) else {
      entry.pointee.text = text.raw
      return
    }
    entry.pointee.text = try region.build { buffer in JSONText.appendEscaped(text.raw, to: &buffer) }.raw
  }

  /// ASCII with the case of the letters from `first` on turned over; a copy.
  private func mapped(
    _ text: Text, first: UInt8
  ) throws(RenderFailure) -> UnsafeMutableBufferPointer<UInt8> {
    let room = try region.allocate(text.count).assumingMemoryBound(to: UInt8.self)
    pb_text_flip_case(text.start, text.count, first, room)
    return UnsafeMutableBufferPointer(start: room, count: text.count)
  }

  private func count(_ separator: Text, in text: Text) -> Int {
    if separator.count == 1 { return pb_text_count(text.start, text.count, separator.start[0]) }
    var count = 0
    var place = 0
    while let found = text.find(separator, from: place) {
      count += 1
      place = found + separator.count
    }
    return count
  }

  /// A number from 0 on in decimal digits.
  private func digits(of number: Int) throws(RenderFailure) -> UnsafeRawBufferPointer {
    let room = try region.allocate(20)
    var start = 20
    var rest = UInt64(max(0, number))
    repeat {
      start &-= 1
      room.storeBytes(of: UInt8(truncatingIfNeeded: 48 + rest % 10), toByteOffset: start, as: UInt8.self)
      rest /= 10
    } while rest > 0
    return UnsafeRawBufferPointer(start: room + start, count: 20 &- start)
  }

  private func replaced(_ text: Text, _ old: Text, _ new: Text) throws(RenderFailure) -> Text {
    guard var found = text.find(old) else { return text }
    // A longer text is the machine's: its limits are looked after there.
    guard new.count <= old.count else {
      startMachine()
      return try machine.replaced(text, old, new, limit: -1)
    }
    let room = try region.allocate(text.count).assumingMemoryBound(to: UInt8.self)
    var size = 0
    var start = 0
    while true {
      memcpy(room + size, text.start + start, found - start)
      size += found - start
      memcpy(room + size, new.start, new.count)
      size += new.count
      start = found + old.count
      guard let next = text.find(old, from: start) else { break }
      found = next
    }
    memcpy(room + size, text.start + start, text.count - start)
    return Text(start: room, count: size + text.count - start)
  }
}
