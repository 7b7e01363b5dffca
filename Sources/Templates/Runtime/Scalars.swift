/// The scalar at an offset and its size; U+FFFD and 1 where the bytes are no UTF-8.
func decodeScalar<Bytes: RandomAccessCollection<UInt8>>(
  _ bytes: Bytes, at offset: Bytes.Index
) -> (value: Unicode.Scalar, size: Int) where Bytes.Index == Int {
  let first = bytes[offset]
  if first < 0x80 { return (Unicode.Scalar(first), 1) }
  let size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
  guard first >= 0xC2, first < 0xF5, bytes.endIndex - offset >= size else { return ("\u{FFFD}", 1) }
  var value = UInt32(first) & (0x7F >> UInt32(size))
  for index in 1..<size {
    let next = bytes[offset + index]
    guard next & 0xC0 == 0x80 else { return ("\u{FFFD}", 1) }
    value = value << 6 | UInt32(next & 0x3F)
  }
  guard let scalar = Unicode.Scalar(value) else { return ("\u{FFFD}", 1) }
  return (scalar, size)
}

extension Unicode.Scalar {
  /// Python's `str.isspace`: bidirectional type WS, B or S, or category Zs.
  var isPythonSpace: Bool {
    switch value {
    case 9...13, 28...32, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// What `str.splitlines` breaks at.
  var isPythonLineBreak: Bool {
    switch value {
    case 10...13, 28...30, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// Assigned in Unicode 14, the version of the Python that templates are written against (3.11).
  private var isKnown: Bool {
    guard let age = properties.age else { return false }
    return age.major <= 14
  }

  var isPythonAlphabetic: Bool {
    if value < 128 { return value | 0x20 >= 97 && value | 0x20 <= 122 }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return isKnown
    default: return false
    }
  }

  var isPythonDecimal: Bool {
    if value < 128 { return value >= 48 && value <= 57 }
    return properties.numericType == .decimal && isKnown
  }

  var isPythonDigit: Bool {
    if value < 128 { return value >= 48 && value <= 57 }
    return (properties.numericType == .decimal || properties.numericType == .digit) && isKnown
  }

  var isPythonNumeric: Bool {
    if value < 128 { return value >= 48 && value <= 57 }
    return properties.numericType != nil && isKnown
  }

  var isPythonAlphanumeric: Bool { isPythonAlphabetic || isPythonNumeric }

  /// Python's `str.isprintable`, which decides what `repr` escapes.
  var isPythonPrintable: Bool {
    if value < 127 { return value >= 32 }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
      .spaceSeparator:
      return false
    default: return isKnown
    }
  }

  var isPythonUpper: Bool { properties.isUppercase }
  var isPythonLower: Bool { properties.isLowercase }
  var isPythonTitle: Bool { properties.generalCategory == .titlecaseLetter }
  var isPythonCased: Bool { properties.isCased }
}
