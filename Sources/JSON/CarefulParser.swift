import Bytes
import Records

/// JSON by the letter of RFC 8259, slower than simdjson and exact about what is wrong: for texts that simdjson
/// refuses, and for integers beyond 64 bits.
struct CarefulParser {
  /// What is wrong, and at which byte.
  struct Fault: Error {
    var reason: String
    var offset: Int
  }

  private let bytes: UnsafeRawBufferPointer
  private let deepest: Int
  private var place = 0

  init(_ bytes: UnsafeRawBufferPointer, deepest: Int) {
    self.bytes = bytes
    self.deepest = deepest
  }

  /// The value of a whole text.
  mutating func document() throws(Fault) -> Value {
    if let offset = UTF8Check(bytes).invalid {
      throw Fault(reason: "expected UTF-8 text, found byte 0x\(hexadecimal([bytes[offset]]))", offset: offset)
    }
    let value = try value(depth: 0)
    skipBlanks()
    if place < bytes.count { throw unexpected("nothing more behind the value") }
    return value
  }

  private mutating func value(depth: Int) throws(Fault) -> Value {
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return .dictionary(try object(depth: try deeper(depth)))
    case UInt8(ascii: "["): return .list(try array(depth: try deeper(depth)))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-")?: return try number()
    case let digit? where digit >= 48 && digit <= 57: return try number()
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw unexpected("a value")
    }
  }

  private func deeper(_ depth: Int) throws(Fault) -> Int {
    if depth >= deepest { throw Fault(reason: "nested deeper than \(deepest) levels", offset: place) }
    return depth + 1
  }

  private mutating func object(depth: Int) throws(Fault) -> ValueDictionary {
    var pairs = ValueDictionary()
    place += 1
    skipBlanks()
    if take(UInt8(ascii: "}")) { return pairs }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
      let key = try string()
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw unexpected("':'") }
      pairs[key] = try value(depth: depth)
      skipBlanks()
      if take(UInt8(ascii: "}")) { return pairs }
      guard take(UInt8(ascii: ",")) else { throw unexpected("',' or '}'") }
    }
  }

  private mutating func array(depth: Int) throws(Fault) -> [Value] {
    var items: [Value] = []
    place += 1
    skipBlanks()
    if take(UInt8(ascii: "]")) { return items }
    while true {
      items.append(try value(depth: depth))
      skipBlanks()
      if take(UInt8(ascii: "]")) { return items }
      guard take(UInt8(ascii: ",")) else { throw unexpected("',' or ']'") }
    }
  }

  private mutating func word(_ word: StaticString, _ value: Value) throws(Fault) -> Value {
    let start = place
    for letter in UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount) {
      guard take(letter) else {
        place = start
        throw unexpected("a value")
      }
    }
    return value
  }

  private mutating func number() throws(Fault) -> Value {
    let start = place
    var isInteger = true
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) {
      isInteger = false
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      isInteger = false
      place += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if isInteger { return Int64(text).map(Value.integer) ?? .bigInteger(text) }
    guard let number = Double(text), number.isFinite else {
      throw Fault(reason: "the number \(text.prefix(40)) is out of range", offset: start)
    }
    return .number(number)
  }

  private mutating func digits() throws(Fault) {
    let start = place
    while let digit = next, digit >= 48, digit <= 57 { place += 1 }
    if place == start { throw unexpected("a digit") }
  }

  private mutating func string() throws(Fault) -> String {
    let open = place
    place += 1
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        place += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<32:
        throw Fault(
          reason:
            "a control character (byte 0x\(hexadecimal([byte]))) stands in a string; write it as an escape",
          offset: place)
      default:
        text.append(byte)
        place += 1
      }
    }
    throw Fault(reason: "the string that begins here is never closed; expected '\"'", offset: open)
  }

  private mutating func escape(into text: inout [UInt8]) throws(Fault) {
    let start = place
    place += 1
    let letter = next
    place += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter ?? 0)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "u"):
      var code = try hexadecimalDigits(from: start)
      if code >= 0xD800, code < 0xDC00, next == UInt8(ascii: "\\"), byte(1) == UInt8(ascii: "u") {
        place += 2
        let low = try hexadecimalDigits(from: start)
        guard low >= 0xDC00, low < 0xE000 else { throw loneSurrogate(start) }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw loneSurrogate(start) }
      text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default:
      throw Fault(
        reason: "unknown escape; expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u", offset: start)
    }
  }

  private func loneSurrogate(_ offset: Int) -> Fault {
    Fault(reason: "half of a surrogate pair stands alone; expected both halves", offset: offset)
  }

  private mutating func hexadecimalDigits(from start: Int) throws(Fault) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      switch next {
      case let digit? where digit >= 48 && digit <= 57: code = code << 4 | UInt32(digit - 48)
      case let letter? where letter | 32 >= 97 && letter | 32 <= 102:
        code = code << 4 | UInt32((letter | 32) - 87)
      default: throw Fault(reason: "expected four hexadecimal digits behind '\\u'", offset: start)
      }
      place += 1
    }
    return code
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private func byte(_ ahead: Int) -> UInt8? { place + ahead < bytes.count ? bytes[place + ahead] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    place += 1
    return true
  }

  private mutating func skipBlanks() {
    while let byte = next, byte == 32 || byte == 10 || byte == 13 || byte == 9 { place += 1 }
  }

  private func unexpected(_ expected: String) -> Fault {
    var found = "the end of the text"
    if place < bytes.count {
      let text = String(decoding: bytes[place..<min(place + 4, bytes.count)], as: UTF8.self)
      found = text.unicodeScalars.first.map { $0.value < 32 ? "a control character" : "'\($0)'" } ?? found
    }
    return Fault(reason: "expected \(expected), found \(found)", offset: place)
  }
}
