import Bytes
import Records

/// Values of records as values of a template.
extension Machine {
  func datum(_ value: Value) throws(RenderFailure) -> Datum {
    switch value {
    case .null: return .none
    case .boolean(let flag): return .boolean(flag)
    case .integer(let number): return .integer(Int(number))
    case .bigInteger(let digits): return try region.integer(digits: digits)
    case .number(let number): return .number(number)
    case .string(let text): return .text(try region.text(text))
    case .list(let items):
      var made: [Datum] = []
      made.reserveCapacity(items.count)
      for item in items { made.append(try datum(item)) }
      return try region.list(made)
    case .dictionary(let pairs):
      let box = region.newDictionary()
      for (place, key) in pairs.keys.enumerated() {
        box.set(.text(try region.text(key)), try datum(pairs.values[place]))
      }
      return try region.dictionary(box)
    }
  }
}

extension Region {
  /// A text whose dividers are replaced, so that they divide nothing.
  func protected(_ text: Text) throws(RenderFailure) -> Text {
    guard var found = text.find(Text(divider)) else { return text }
    return try build { (buffer) throws(RenderFailure) in
      var start = 0
      while true {
        buffer.append(text[start..<found].raw)
        buffer.append(Text(protectedDivider).raw)
        start = found + 3
        guard buffer.count <= limit else { throw exhausted }
        guard let next = text.find(Text(divider), from: start) else { break }
        found = next
      }
      buffer.append(text[start..<text.count].raw)
    }
  }

  /// The value at the start of packed bytes and its size; texts stay where they are. Damaged bytes are none.
  func datum(packed bytes: UnsafeRawBufferPointer) throws(RenderFailure) -> (value: Datum, size: Int) {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return (.none, 1) }
    return try datum(start, bytes.count)
  }

  /// - Parameter left: bytes from `start` on, at least 1.
  private func datum(_ start: UnsafeRawPointer, _ left: Int) throws(RenderFailure) -> (
    value: Datum, size: Int
  ) {
    func half(_ offset: Int) -> Int {
      Int(UInt32(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }
    func word() -> UInt64 { UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 1, as: UInt64.self)) }
    switch start.load(as: UInt8.self) {
    case PackedValue.Tag.no: return (.boolean(false), 1)
    case PackedValue.Tag.yes: return (.boolean(true), 1)
    case PackedValue.Tag.integer where left >= 9: return (.integer(Int(truncatingIfNeeded: word())), 9)
    case PackedValue.Tag.number where left >= 9: return (.number(Double(bitPattern: word())), 9)
    case PackedValue.Tag.string where left >= 5:
      let count = min(half(1), left - 5)
      return (.text(text(at: start + 5, count)), 5 + count)
    case PackedValue.Tag.bigInteger where left >= 5:
      let count = min(half(1), left - 5)
      return (try integer(digits: text(at: start + 5, count).string), 5 + count)
    case PackedValue.Tag.list where left >= 9:
      let size = min(left, 9 + half(5))
      let box = newList()
      var place = 9
      for _ in 0..<half(1) where place < size {
        let (value, length) = try datum(start + place, size - place)
        box._withUnsafeGuaranteedRef { $0.items.append(value) }
        place += length
      }
      return (try list(box), size)
    case PackedValue.Tag.dictionary where left >= 9:
      let size = min(left, 9 + half(5))
      let box = lendDictionary()
      var place = 9
      for _ in 0..<half(1) where place < size {
        let (key, length) = try datum(start + place, size - place)
        place += length
        guard place < size else { break }
        let (value, valueLength) = try datum(start + place, size - place)
        box._withUnsafeGuaranteedRef { $0.set(key, value) }
        place += valueLength
      }
      return (try dictionary(box), size)
    default: return (.none, 1)
    }
  }

  private func text(at start: UnsafeRawPointer, _ count: Int) -> Text {
    count == 0 ? .empty : Text(start: start.assumingMemoryBound(to: UInt8.self), count: count)
  }
}
