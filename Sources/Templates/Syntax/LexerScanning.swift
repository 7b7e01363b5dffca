/// The shapes of numbers, names, strings and blanks.
extension Lexer {
  func byte(_ offset: Int) -> UInt8? {
    offset >= 0 && offset < text.bytes.count ? text.bytes[offset] : nil
  }

  func matches(_ literal: StaticString, at offset: Int) -> Bool {
    let count = literal.utf8CodeUnitCount
    guard offset + count <= text.bytes.count else { return false }
    for index in 0..<count where text.bytes[offset + index] != literal.utf8Start[index] { return false }
    return true
  }

  func scalar(at offset: Int) -> (value: Unicode.Scalar, size: Int) {
    decodeScalar(text.bytes, at: offset)
  }

  /// The offset after any white space from here on.
  func skippingSpace(_ offset: Int) -> Int {
    var offset = offset
    while offset < text.bytes.count {
      let (value, size) = scalar(at: offset)
      guard value.isPythonSpace else { break }
      offset += size
    }
    return offset
  }

  /// The size of the white-space scalar that ends here, if one does.
  func spaceBefore(_ offset: Int) -> Int? {
    var start = offset - 1
    while start > 0, text.bytes[start] & 0xC0 == 0x80, offset - start < 4 { start -= 1 }
    guard start >= 0 else { return nil }
    let (value, size) = scalar(at: start)
    return value.isPythonSpace && start + size == offset ? size : nil
  }

  private func digitsEnd(_ offset: Int, _ isDigit: (UInt8) -> Bool) -> Int? {
    guard let first = byte(offset), isDigit(first) else { return nil }
    var end = offset + 1
    while let next = byte(end) {
      if isDigit(next) {
        end += 1
      } else if next == UInt8(ascii: "_"), let after = byte(end + 1), isDigit(after) {
        end += 2
      } else {
        break
      }
    }
    return end
  }

  func floatEnd() -> Int? {
    guard byte(place - 1) != UInt8(ascii: "."), let whole = digitsEnd(place, isDecimal) else { return nil }
    var end = whole
    var isFloat = false
    if byte(end) == UInt8(ascii: "."), let fraction = digitsEnd(end + 1, isDecimal) {
      end = fraction
      isFloat = true
    }
    if let letter = byte(end), letter | 0x20 == UInt8(ascii: "e") {
      let sign = byte(end + 1)
      let start = end + (sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") ? 2 : 1)
      if let exponent = digitsEnd(start, isDecimal) { return exponent }
    }
    return isFloat ? end : nil
  }

  func integerEnd() -> Int? {
    guard let first = byte(place), isDecimal(first) else { return nil }
    guard first == UInt8(ascii: "0") else { return digitsEnd(place, isDecimal) }
    if let letter = byte(place + 1) {
      let digits: ((UInt8) -> Bool)? =
        switch letter | 0x20 {
        case UInt8(ascii: "b"): { $0 == 48 || $0 == 49 }
        case UInt8(ascii: "o"): { $0 >= 48 && $0 <= 55 }
        case UInt8(ascii: "x"): { isDecimal($0) || $0 | 0x20 >= 97 && $0 | 0x20 <= 102 }
        default: nil
        }
      let start = byte(place + 2) == UInt8(ascii: "_") ? place + 3 : place + 2
      if let digits, let end = digitsEnd(start, digits) { return end }
    }
    return digitsEnd(place) { $0 == 48 }
  }

  mutating func addNumber(_ kind: Token.Kind, _ end: Int) {
    let digits = text.bytes[place..<end].filter { $0 != UInt8(ascii: "_") }
    add(kind, String(decoding: digits, as: UTF8.self), place..<end)
    place = end
  }

  func nameEnd() -> Int? {
    var end = place
    while end < text.bytes.count {
      let (value, size) = scalar(at: end)
      guard value == "_" || value.properties.isXIDContinue || value.isPythonAlphanumeric else { break }
      end += size
    }
    return end > place ? end : nil
  }

  mutating func addName(_ end: Int) throws(SyntaxFailure) {
    let name = text.string(place..<end)
    guard isIdentifier(name) else {
      throw SyntaxFailure(message: "Invalid character in identifier", range: place..<end)
    }
    add(.name, name, place..<end)
    place = end
  }

  func stringEnd(_ quote: UInt8) -> Int? {
    var end = place + 1
    while let next = byte(end) {
      if next == quote { return end + 1 }
      end += next == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }

  func symbolHere() -> Token.Symbol? {
    for size in [2, 1] where place + size <= text.bytes.count {
      let spelling = String(decoding: text.bytes[place..<place + size], as: UTF8.self)
      if let symbol = Token.Symbol(rawValue: spelling) { return symbol }
    }
    return nil
  }

  mutating func addString(_ end: Int) throws(SyntaxFailure) {
    let range = place..<end
    var unescaped: [UInt8] = []
    do throws(EscapeFailure) {
      try unescape(text.bytes[range.lowerBound + 1..<range.upperBound - 1], into: &unescaped)
    } catch {
      throw SyntaxFailure(message: error.message, range: range)
    }
    add(.string, String(decoding: unescaped, as: UTF8.self), range)
    place = end
  }
}

func isDecimal(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

/// Whether Python would take the text as a name.
func isIdentifier(_ name: String) -> Bool {
  guard let first = name.unicodeScalars.first else { return false }
  guard first == "_" || first.properties.isXIDStart else { return false }
  return name.unicodeScalars.dropFirst().allSatisfy { $0.properties.isXIDContinue }
}
