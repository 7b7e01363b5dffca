/// A template as words for comparison: runs of letters, digits and underscores in lower case, every field or
/// other expression one placeholder, punctuation and statements left out.
///
/// A placeholder stands for any expression, whatever its fields: templates that differ only in the fields'
/// order count as alike, which errs on the side of holding out more. In scripts written without spaces
/// (Han, kana, Thai …) every character is a word.
package struct TemplateWords: Sendable, Hashable {
  /// The words in order; `placeholder` for an expression.
  package private(set) var words: [String] = []
  package static let placeholder = "{{}}"

  package init() {}

  package mutating func appendExpression() { words.append(Self.placeholder) }

  package mutating func append(text: String) {
    var word = String.UnicodeScalarView()
    func finish() {
      guard !word.isEmpty else { return }
      words.append(String(word).lowercased())
      word.removeAll()
    }
    for scalar in text.unicodeScalars {
      if Self.standsAlone(scalar) {
        finish()
        words.append(String(scalar))
      } else if Self.isPartOfWord(scalar) {
        word.append(scalar)
      } else {
        finish()
      }
    }
    finish()
  }

  private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_"
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      return true
    default: return scalar.properties.isAlphabetic
    }
  }

  private static func standsAlone(_ scalar: Unicode.Scalar) -> Bool {
    guard !scalar.isASCII else { return false }
    switch scalar.value {
    // Thai and Lao; Myanmar; Khmer; Hiragana and Katakana.
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3041...0x30FF:
      return scalar.properties.isAlphabetic
    default: return scalar.properties.isIdeographic
    }
  }
}
