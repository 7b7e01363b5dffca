import Bytes

/// Reads a GGUF file's header from front to back; every length is held against what the file still has before it
/// is used.
struct GGUFCursor {
  let bytes: UnsafeRawBufferPointer
  let path: String
  private(set) var place = 0

  init(_ bytes: UnsafeRawBufferPointer, path: String) {
    self.bytes = bytes
    self.path = path
  }

  var left: Int { bytes.count - place }

  func fail(_ what: String) -> Diagnostic {
    Diagnostic("damaged GGUF file: \(what); copy it again", at: SourceLocation(path: path))
  }

  mutating func take(_ count: Int, _ what: String) throws(Diagnostic) -> Range<Int> {
    guard count >= 0, count <= left else {
      throw fail("\(what) needs \(count) bytes at byte \(place), but the file has \(bytes.count)")
    }
    defer { place += count }
    return place..<place + count
  }

  /// A number in the file's order of bytes, which is little-endian.
  mutating func number<Number: FixedWidthInteger>(
    _ type: Number.Type, _ what: String
  ) throws(Diagnostic) -> Number {
    let range = try take(MemoryLayout<Number>.size, what)
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: Number.self))
  }

  /// A count of things that take at least `size` bytes each.
  mutating func count(of what: String, size: Int) throws(Diagnostic) -> Int {
    let count = try number(UInt64.self, "the number of \(what)")
    guard count <= UInt64(left / max(1, size)) else {
      throw fail("\(count) \(what) do not fit into the \(left) bytes that follow")
    }
    return Int(count)
  }

  mutating func text(_ what: String) throws(Diagnostic) -> String {
    let range = try take(try count(of: "bytes of \(what)", size: 1), what)
    return String(decoding: bytes[range], as: UTF8.self)
  }
}

/// One value of a GGUF file's metadata.
enum GGUFValue {
  case integer(Int64)
  /// Above the largest 64-bit integer with a sign.
  case unsigned(UInt64)
  case number(Double)
  case flag(Bool)
  case text(String)
  /// Items stay in the file: vocabularies have hundreds of thousands.
  case list(GGUFList)

  /// The types' numbers (ggml/docs/gguf.md).
  enum Kind: UInt32 {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// The fewest bytes that a value takes.
    var size: Int {
      switch self {
      case .uint8, .int8, .bool: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .string, .uint64, .int64, .float64: 8
      case .array: 12
      }
    }
  }

  static func read(
    _ kind: Kind, _ cursor: inout GGUFCursor, _ key: String, depth: Int = 0
  ) throws(Diagnostic) -> GGUFValue {
    switch kind {
    case .uint8: return .integer(Int64(try cursor.number(UInt8.self, key)))
    case .int8: return .integer(Int64(try cursor.number(Int8.self, key)))
    case .uint16: return .integer(Int64(try cursor.number(UInt16.self, key)))
    case .int16: return .integer(Int64(try cursor.number(Int16.self, key)))
    case .uint32: return .integer(Int64(try cursor.number(UInt32.self, key)))
    case .int32: return .integer(Int64(try cursor.number(Int32.self, key)))
    case .int64: return .integer(try cursor.number(Int64.self, key))
    case .uint64:
      let value = try cursor.number(UInt64.self, key)
      return Int64(exactly: value).map(GGUFValue.integer) ?? .unsigned(value)
    case .float32: return .number(Double(Float(bitPattern: try cursor.number(UInt32.self, key))))
    case .float64: return .number(Double(bitPattern: try cursor.number(UInt64.self, key)))
    case .bool: return .flag(try cursor.number(UInt8.self, key) != 0)
    case .string: return .text(try cursor.text("the value of '\(key)'"))
    case .array: return .list(try list(&cursor, key, depth: depth))
    }
  }

  private static func list(
    _ cursor: inout GGUFCursor, _ key: String, depth: Int
  ) throws(Diagnostic) -> GGUFList {
    guard depth < 4 else { throw cursor.fail("lists in lists at '\(key)', more than 4 deep") }
    let number = try cursor.number(UInt32.self, key)
    guard let kind = Kind(rawValue: number) else {
      throw cursor.fail("the list '\(key)' has items of the unknown type \(number)")
    }
    let count = try cursor.count(of: "items of '\(key)'", size: kind.size)
    let start = cursor.place
    switch kind {
    case .string:
      for _ in 0..<count {
        _ = try cursor.take(try cursor.count(of: "bytes of an item of '\(key)'", size: 1), key)
      }
    case .array: for _ in 0..<count { _ = try list(&cursor, key, depth: depth + 1) }
    default: _ = try cursor.take(count * kind.size, key)
    }
    return GGUFList(kind: kind, count: count, start: start)
  }
}

/// A list of a GGUF file's metadata: where its items stand in the file.
struct GGUFList {
  var kind: GGUFValue.Kind
  var count: Int
  var start: Int
}
