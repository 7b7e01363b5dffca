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

  /// The value at the start of packed bytes and its size; texts stay where they are.
  func datum(packed bytes: UnsafeRawBufferPointer) throws(RenderFailure) -> (value: Datum, size: Int) {
    switch bytes.first {
    case PackedValue.Tag.no: return (.boolean(false), 1)
    case PackedValue.Tag.yes: return (.boolean(true), 1)
    case PackedValue.Tag.integer:
      return (.integer(Int(truncatingIfNeeded: PackedValue.word(bytes, at: 1))), 9)
    case PackedValue.Tag.number: return (.number(Double(bitPattern: PackedValue.word(bytes, at: 1))), 9)
    case PackedValue.Tag.string:
      let text = PackedValue.textBytes(bytes)
      return (.text(Text(text)), 5 + text.count)
    case PackedValue.Tag.bigInteger:
      let text = PackedValue.textBytes(bytes)
      return (try integer(digits: Text(text).string), 5 + text.count)
    case PackedValue.Tag.list:
      let (count, size) = extent(bytes)
      let box = newList()
      var place = 9
      for _ in 0..<count where place < size {
        let (value, length) = try datum(packed: UnsafeRawBufferPointer(rebasing: bytes[place..<size]))
        box.items.append(value)
        place += length
      }
      return (try list(box), size)
    case PackedValue.Tag.dictionary:
      let (count, size) = extent(bytes)
      let box = newDictionary()
      var place = 9
      for _ in 0..<count where place < size {
        let (key, length) = try datum(packed: UnsafeRawBufferPointer(rebasing: bytes[place..<size]))
        place += length
        let (value, valueLength) = try datum(packed: UnsafeRawBufferPointer(rebasing: bytes[place..<size]))
        box.set(key, value)
        place += valueLength
      }
      return (try dictionary(box), size)
    default: return (.none, 1)
    }
  }

  /// How many items a list or dictionary has, and its size.
  private func extent(_ bytes: UnsafeRawBufferPointer) -> (count: Int, size: Int) {
    (Int(PackedValue.halfWord(bytes, at: 1)), min(bytes.count, 9 + Int(PackedValue.halfWord(bytes, at: 5))))
  }
}
