/// What a Unicode scalar is to a word: part of one, a word by itself, or neither.
package enum WordScalar: UInt8, Sendable {
  case separator, part, alone

  /// Letters, digits, marks and underscores are parts of words; in scripts written without spaces (Han, kana,
  /// Thai …) every character is a word.
  package init(_ scalar: Unicode.Scalar) {
    self = scalar.value < 0x1_0000 ? WordScalarTable.kinds[Int(scalar.value)] : Self.kind(of: scalar)
  }

  fileprivate static func kind(of scalar: Unicode.Scalar) -> WordScalar {
    if scalar.isASCII {
      return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_"
        ? .part : .separator
    }
    switch scalar.value {
    // Thai and Lao; Myanmar; Khmer; Hiragana and Katakana.
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3041...0x30FF:
      if scalar.properties.isAlphabetic { return .alone }
    default: if scalar.properties.isIdeographic { return .alone }
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      return .part
    default: return scalar.properties.isAlphabetic ? .part : .separator
    }
  }
}

/// The kinds of the Basic Multilingual Plane, asked once: a property of a scalar is a search.
private enum WordScalarTable {
  static let kinds: [WordScalar] = (UInt32(0)..<0x1_0000).map { value in
    Unicode.Scalar(value).map(WordScalar.kind) ?? .separator
  }
}
