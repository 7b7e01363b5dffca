public import Bytes

/// The binary form of values in a record store: a tag byte and a payload, little-endian.
///
///     0 null   1 false   2 true   3 Int64   4 Double   5 text: UInt32 length, bytes
///     6 list: UInt32 count, UInt32 bytes of the items, items
///     7 dictionary: UInt32 count, UInt32 bytes of the items, (text key, value)…
///     8 big integer: as text
public enum PackedValue {
  public enum Tag {
    public static let null: UInt8 = 0
    public static let no: UInt8 = 1
    public static let yes: UInt8 = 2
    public static let integer: UInt8 = 3
    public static let number: UInt8 = 4
    public static let string: UInt8 = 5
    public static let list: UInt8 = 6
    public static let dictionary: UInt8 = 7
    public static let bigInteger: UInt8 = 8
  }

  public static func append(_ value: Value, to buffer: inout ByteBuffer) {
    switch value {
    case .null: buffer.append(Tag.null)
    case .boolean(let flag): buffer.append(flag ? Tag.yes : Tag.no)
    case .integer(let number):
      buffer.append(Tag.integer)
      appendWord(UInt64(bitPattern: number), to: &buffer)
    case .number(let number):
      buffer.append(Tag.number)
      appendWord(number.bitPattern, to: &buffer)
    case .string(let text): appendText(text, tag: Tag.string, to: &buffer)
    case .bigInteger(let digits): appendText(digits, tag: Tag.bigInteger, to: &buffer)
    case .list(let items):
      appendNested(Tag.list, count: items.count, to: &buffer) { inner in
        for item in items { append(item, to: &inner) }
      }
    case .dictionary(let pairs):
      appendNested(Tag.dictionary, count: pairs.count, to: &buffer) { inner in
        for (key, item) in zip(pairs.keys, pairs.values) {
          appendText(key, tag: Tag.string, to: &inner)
          append(item, to: &inner)
        }
      }
    }
  }

  /// Appends a text that lies as UTF-8 bytes.
  @inlinable
  public static func append(text bytes: UnsafeRawBufferPointer, to buffer: inout ByteBuffer) {
    let count = UInt32(truncatingIfNeeded: bytes.count)
    buffer.appendUninitialized(5 &+ bytes.count) { room in
      room.storeBytes(of: Tag.string, as: UInt8.self)
      room.storeBytes(of: count.littleEndian, toByteOffset: 1, as: UInt32.self)
      if let base = room.baseAddress, let start = bytes.baseAddress {
        (base + 5).copyMemory(from: start, byteCount: bytes.count)
      }
      return 5 &+ bytes.count
    }
  }

  /// Deeper values than any reader makes are damage.
  private static let deepest = 1024

  /// The value at the start of the bytes and how many bytes it takes; `.null` for damaged bytes.
  public static func read(_ bytes: UnsafeRawBufferPointer) -> (value: Value, size: Int) {
    read(bytes, depth: 0)
  }

  private static func read(_ bytes: UnsafeRawBufferPointer, depth: Int) -> (value: Value, size: Int) {
    guard let tag = bytes.first, depth < deepest else { return (.null, 0) }
    switch tag {
    case Tag.no: return (.boolean(false), 1)
    case Tag.yes: return (.boolean(true), 1)
    case Tag.integer:
      return (.integer(Int64(bitPattern: word(bytes, at: 1))), 9)
    case Tag.number:
      return (.number(Double(bitPattern: word(bytes, at: 1))), 9)
    case Tag.string:
      let text = textBytes(bytes)
      return (.string(String(decoding: text, as: UTF8.self)), 5 + text.count)
    case Tag.bigInteger:
      let text = textBytes(bytes)
      return (.bigInteger(String(decoding: text, as: UTF8.self)), 5 + text.count)
    case Tag.list:
      var items: [Value] = []
      let size = readNested(bytes, depth: depth) { items.append($0) }
      return (.list(items), size)
    case Tag.dictionary:
      var flat: [Value] = []
      let size = readNested(bytes, perItem: 2, depth: depth) { flat.append($0) }
      var pairs = ValueDictionary()
      for place in stride(from: 0, to: flat.count - 1, by: 2) {
        if case .string(let key) = flat[place] { pairs[key] = flat[place + 1] }
      }
      return (.dictionary(pairs), size)
    default: return (.null, 1)
    }
  }

  /// The bytes of a text value (tag, length, bytes) without a copy; empty when it is no text.
  @inlinable
  public static func textBytes(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let length = Int(halfWord(bytes, at: 1))
    guard bytes.count >= 5, length <= bytes.count - 5 else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    return UnsafeRawBufferPointer(rebasing: bytes[5..<5 + length])
  }

  /// How many bytes the value at the start takes; 0 when there is none.
  package static func size(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard let tag = bytes.first else { return 0 }
    let size =
      switch tag {
      case Tag.integer, Tag.number: 9
      case Tag.string, Tag.bigInteger: 5 + Int(halfWord(bytes, at: 1))
      case Tag.list, Tag.dictionary: 9 + Int(halfWord(bytes, at: 5))
      default: 1
      }
    return min(size, bytes.count)
  }

  /// Whether a text at the start, or a text or key inside a list or dictionary there, is one of those looked for.
  package static func anyText(
    _ bytes: UnsafeRawBufferPointer, _ isWanted: (UnsafeRawBufferPointer) -> Bool
  ) -> Bool {
    switch bytes.first {
    case Tag.string: return isWanted(textBytes(bytes))
    case Tag.list, Tag.dictionary:
      let end = size(bytes)
      var place = 9
      while place < end {
        let item = UnsafeRawBufferPointer(rebasing: bytes[place..<end])
        if anyText(item, isWanted) { return true }
        place += max(1, size(item))
      }
      return false
    default: return false
    }
  }

  /// The packed value of a key in a packed dictionary, of a repeated key the last one; nil where there is none.
  package static func item(of bytes: UnsafeRawBufferPointer, key: [UInt8]) -> UnsafeRawBufferPointer? {
    guard bytes.first == Tag.dictionary else { return nil }
    let end = size(bytes)
    var place = 9
    var found: UnsafeRawBufferPointer?
    while place < end {
      let name = UnsafeRawBufferPointer(rebasing: bytes[place..<end])
      place += size(name)
      let value = UnsafeRawBufferPointer(rebasing: bytes[min(place, end)..<end])
      if textBytes(name).elementsEqual(key) { found = value }
      place += size(value)
    }
    return found
  }

  /// The packed value at a place in a packed list, nil behind its end.
  package static func item(of bytes: UnsafeRawBufferPointer, at index: Int) -> UnsafeRawBufferPointer? {
    guard bytes.first == Tag.list, index >= 0 else { return nil }
    let end = size(bytes)
    var place = 9
    var left = index
    while place < end {
      let value = UnsafeRawBufferPointer(rebasing: bytes[place..<end])
      if left == 0 { return value }
      left -= 1
      place += size(value)
    }
    return nil
  }

  @inlinable
  public static func word(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
    guard offset >= 0, offset <= bytes.count - 8 else { return 0 }
    return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inlinable
  public static func halfWord(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt32 {
    guard offset >= 0, offset <= bytes.count - 4 else { return 0 }
    return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  static func appendWord(_ value: UInt64, to buffer: inout ByteBuffer) {
    withUnsafeBytes(of: value.littleEndian) { buffer.append($0) }
  }

  static func appendHalfWord(_ value: UInt32, to buffer: inout ByteBuffer) {
    withUnsafeBytes(of: value.littleEndian) { buffer.append($0) }
  }

  static func overwriteHalfWord(_ value: UInt32, at offset: Int, in buffer: inout ByteBuffer) {
    withUnsafeBytes(of: value.littleEndian) { buffer.overwrite(at: offset, with: $0) }
  }

  private static func appendText(_ text: String, tag: UInt8, to buffer: inout ByteBuffer) {
    buffer.append(tag)
    appendHalfWord(UInt32(clamping: text.utf8.count), to: &buffer)
    buffer.append(text)
  }

  /// The length stands before the items and is filled in behind them: nesting copies nothing.
  private static func appendNested(
    _ tag: UInt8, count: Int, to buffer: inout ByteBuffer, _ items: (inout ByteBuffer) -> Void
  ) {
    buffer.append(tag)
    appendHalfWord(UInt32(clamping: count), to: &buffer)
    let length = buffer.count
    appendHalfWord(0, to: &buffer)
    items(&buffer)
    overwriteHalfWord(UInt32(clamping: buffer.count - length - 4), at: length, in: &buffer)
  }

  private static func readNested(
    _ bytes: UnsafeRawBufferPointer, perItem: Int = 1, depth: Int, _ take: (Value) -> Void
  ) -> Int {
    let count = Int(halfWord(bytes, at: 1)) * perItem
    let size = min(bytes.count, 9 + Int(halfWord(bytes, at: 5)))
    var place = 9
    var taken = 0
    while taken < count, place < size {
      let (value, length) = read(UnsafeRawBufferPointer(rebasing: bytes[place..<size]), depth: depth + 1)
      guard length > 0 else { break }
      take(value)
      taken += 1
      place += length
    }
    return size
  }
}
