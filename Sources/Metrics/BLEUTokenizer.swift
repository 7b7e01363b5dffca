/// How sacreBLEU divides text into tokens.
enum BLEUTokenizer: String, Sendable {
  /// NIST's mteval-v13a for Western languages.
  case mteval13a = "13a"
  /// mteval-v14's `--international-tokenization`: punctuation and symbols by Unicode's categories.
  case international = "intl"
  /// Every character by itself.
  case characters = "char"
  /// What stands between blanks.
  case blanks = "none"

  func tokens(_ text: String) -> [ArraySlice<UInt32>] {
    let line = scalars(text).withoutTrailingBlanks
    switch self {
    case .mteval13a: return Self.western(line).words
    case .international: return Self.byCategories(line).words
    case .characters: return line.indices.filter { !isBlank(line[$0]) }.map { line[$0...$0] }
    case .blanks: return line.words
    }
  }

  private static func western(_ line: Scalars) -> Scalars {
    var line = line.replacing("<skipped>", with: "").replacing("-\n", with: "").replacing("\n", with: " ")
    if line.contains(0x26) {
      for (entity, character) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
        line = line.replacing(entity, with: character)
      }
    }
    line = separating([32] + line + [32], where: isSymbol)
    let isPoint = { (scalar: UInt32) in scalar == 0x2E || scalar == 0x2C }
    line = separating(second: isPoint, after: { !isDigit($0) }, in: line)
    line = separating(first: isPoint, before: { !isDigit($0) }, in: line)
    return separating(second: { $0 == 0x2D }, after: isDigit, in: line)
  }

  /// ASCII's punctuation and symbols but for apostrophe, comma, hyphen and full stop; the blank, too.
  private static func isSymbol(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x20...0x26, 0x28...0x2B, 0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }

  private static func byCategories(_ line: Scalars) -> Scalars {
    let spaced = separating(second: isPunctuationMark, after: { !isNumber($0) }, in: line)
    let twice = separating(first: isPunctuationMark, before: { !isNumber($0) }, in: spaced)
    return separating(twice) { scalar in
      switch category(scalar) {
      case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: true
      default: false
      }
    }
  }

  private static func category(_ scalar: UInt32) -> Unicode.GeneralCategory? {
    Unicode.Scalar(scalar)?.properties.generalCategory
  }

  private static func isNumber(_ scalar: UInt32) -> Bool {
    switch category(scalar) {
    case .decimalNumber, .letterNumber, .otherNumber: true
    default: false
    }
  }

  private static func isPunctuationMark(_ scalar: UInt32) -> Bool {
    switch category(scalar) {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      true
    default: false
    }
  }

  /// Blanks around each such scalar.
  private static func separating(_ text: Scalars, where isApart: (UInt32) -> Bool) -> Scalars {
    var spaced: Scalars = []
    for scalar in text {
      if isApart(scalar) { spaced += [32, scalar, 32] } else { spaced.append(scalar) }
    }
    return spaced
  }

  /// Blanks around the second of two neighbours; pairs are taken from left to right and do not overlap, as a
  /// pattern's replacements.
  private static func separating(
    second isSecond: (UInt32) -> Bool, after isFirst: (UInt32) -> Bool, in text: Scalars
  ) -> Scalars {
    pairwise(text, isFirst, isSecond) { [$0, 32, $1, 32] }
  }

  /// Blanks around the first of two neighbours.
  private static func separating(
    first isFirst: (UInt32) -> Bool, before isSecond: (UInt32) -> Bool, in text: Scalars
  ) -> Scalars {
    pairwise(text, isFirst, isSecond) { [32, $0, 32, $1] }
  }

  private static func pairwise(
    _ text: Scalars, _ isFirst: (UInt32) -> Bool, _ isSecond: (UInt32) -> Bool,
    _ spaced: (UInt32, UInt32) -> Scalars
  ) -> Scalars {
    var result: Scalars = []
    var place = 0
    while place < text.count {
      if place + 1 < text.count, isFirst(text[place]), isSecond(text[place + 1]) {
        result += spaced(text[place], text[place + 1])
        place += 2
      } else {
        result.append(text[place])
        place += 1
      }
    }
    return result
  }
}
