struct EscapeFailure: Error {
  var message: String
}

/// Resolves the escapes of a string literal as Python's `unicode-escape` does: an unknown escape stays as
/// it is, a backslash before a line break takes it away.
func unescape(_ source: ArraySlice<UInt8>, into result: inout [UInt8]) throws(EscapeFailure) {
  var place = source.startIndex
  while place < source.endIndex {
    let byte = source[place]
    place += 1
    guard byte == UInt8(ascii: "\\"), place < source.endIndex else {
      result.append(byte)
      continue
    }
    let letter = source[place]
    place += 1
    switch letter {
    case 10: break
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): result.append(letter)
    case UInt8(ascii: "a"): result.append(7)
    case UInt8(ascii: "b"): result.append(8)
    case UInt8(ascii: "f"): result.append(12)
    case UInt8(ascii: "n"): result.append(10)
    case UInt8(ascii: "r"): result.append(13)
    case UInt8(ascii: "t"): result.append(9)
    case UInt8(ascii: "v"): result.append(11)
    case 48...55:
      let digits = source[(place - 1)...].prefix(3).prefix { $0 >= 48 && $0 <= 55 }
      place += digits.count - 1
      try append(digits.reduce(0) { $0 << 3 | UInt32($1 - 48) }, to: &result)
    case UInt8(ascii: "x"): try hexadecimal(2, "xXX")
    case UInt8(ascii: "u"): try hexadecimal(4, "uXXXX")
    case UInt8(ascii: "U"): try hexadecimal(8, "UXXXXXXXX")
    case UInt8(ascii: "N"): try named()
    case 0x80...:
      // Python spells other characters as escapes first, and the backslash then takes that escape's own.
      let (scalar, size) = decodeScalar(source, at: place - 1)
      place += size - 1
      let hex = String(scalar.value, radix: 16)
      let (mark, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
      result += Array(("\\" + mark + String(repeating: "0", count: width - hex.count) + hex).utf8)
    default: result += [UInt8(ascii: "\\"), letter]
    }
  }

  func hexadecimal(_ width: Int, _ form: String) throws(EscapeFailure) {
    let digits = String(decoding: source[place...].prefix(width), as: UTF8.self)
    guard digits.utf8.count == width, digits.utf8.allSatisfy({ isHexadecimal($0) }),
      let value = UInt32(digits, radix: 16)
    else { throw EscapeFailure(message: "truncated \\\(form) escape") }
    place += width
    try append(value, to: &result)
  }

  func named() throws(EscapeFailure) {
    let rest = source[place...]
    guard rest.first == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
      throw EscapeFailure(message: "malformed \\N character escape")
    }
    let name = String(decoding: rest[(place + 1)..<end], as: UTF8.self).uppercased()
    place = end + 1
    guard let value = ScalarNames.scalar(named: name) else {
      throw EscapeFailure(message: "unknown Unicode character name")
    }
    try append(value, to: &result)
  }
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
  isDecimal(byte) || byte | 0x20 >= 97 && byte | 0x20 <= 102
}

private func append(_ value: UInt32, to result: inout [UInt8]) throws(EscapeFailure) {
  guard let scalar = Unicode.Scalar(value) else {
    throw EscapeFailure(message: "illegal Unicode character")
  }
  result += Array(String(scalar).utf8)
}
