/// A value that Python printed, read back as `ast.literal_eval` reads it: texts, numbers, True, False, None,
/// lists and tuples.
enum PythonLiteral: Equatable {
  case text(String)
  /// A number or a word, as it is written.
  case word(String)
  /// The items, and the list as it is written.
  case list([PythonLiteral], String)

  /// nil when the text is no such value.
  init?(_ text: String) {
    var reader = LiteralReader(Array(text.utf8))
    guard let value = reader.whole() else { return nil }
    self = value
  }

  /// As Python's `str` prints it.
  var printed: String {
    switch self {
    case .text(let text), .word(let text), .list(_, let text): text
    }
  }

  /// The place in a list that the value names: a whole number, or False and True for 0 and 1.
  var index: Int? {
    switch self {
    case .word("True"): 1
    case .word("False"): 0
    case .word(let digits): Int(digits)
    default: nil
    }
  }
}

private struct LiteralReader {
  private let bytes: [UInt8]
  private var place = 0
  private static let deepest = 64

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func whole() -> PythonLiteral? {
    skipBlanks()
    guard let value = value(depth: 0) else { return nil }
    skipBlanks()
    return place == bytes.count ? value : nil
  }

  private var next: UInt8 { place < bytes.count ? bytes[place] : 0 }

  private mutating func skipBlanks() {
    while place < bytes.count, bytes[place] == 32 || (9...13).contains(bytes[place]) { place += 1 }
  }

  private mutating func value(depth: Int) -> PythonLiteral? {
    guard depth < Self.deepest else { return nil }
    switch next {
    case UInt8(ascii: "["): return list(UInt8(ascii: "]"), depth)
    case UInt8(ascii: "("): return list(UInt8(ascii: ")"), depth)
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return text()
    default: return word()
    }
  }

  private mutating func list(_ end: UInt8, _ depth: Int) -> PythonLiteral? {
    let start = place
    place += 1
    var items: [PythonLiteral] = []
    skipBlanks()
    while next != end {
      guard let item = value(depth: depth + 1) else { return nil }
      items.append(item)
      skipBlanks()
      if next == UInt8(ascii: ",") {
        place += 1
        skipBlanks()
      } else if next != end {
        return nil
      }
    }
    place += 1
    return .list(items, String(decoding: bytes[start..<place], as: UTF8.self))
  }

  private mutating func word() -> PythonLiteral? {
    let start = place
    while place < bytes.count, Self.isWord(bytes[place]) { place += 1 }
    let word = String(decoding: bytes[start..<place], as: UTF8.self)
    if ["True", "False", "None"].contains(word) { return .word(word) }
    // Leading zeros are no number to Python.
    let digits = word.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
    if digits.count > 1, digits.first == 48, digits.allSatisfy({ (48...57).contains($0) }) { return nil }
    guard let first = digits.first, (46...57).contains(first), Double(word) != nil else { return nil }
    return .word(word)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
      || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
  }

  private mutating func text() -> PythonLiteral? {
    let quote = next
    place += 1
    var text: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == quote { return .text(String(decoding: text, as: UTF8.self)) }
      if byte == 10 { return nil }
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      guard let escaped = escape() else { return nil }
      text += escaped
    }
    return nil
  }

  /// What stands behind a backslash, as bytes.
  private mutating func escape() -> [UInt8]? {
    let letter = next
    place += 1
    switch letter {
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): return [letter]
    case UInt8(ascii: "x"): return scalar(2)
    case UInt8(ascii: "u"): return scalar(4)
    case UInt8(ascii: "U"): return scalar(8)
    default: return [UInt8(ascii: "\\"), letter]
    }
  }

  private mutating func scalar(_ digits: Int) -> [UInt8]? {
    guard place + digits <= bytes.count,
      let code = UInt32(String(decoding: bytes[place..<place + digits], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(code)
    else { return nil }
    place += digits
    return Array(String(scalar).utf8)
  }
}
