/// Text as its Unicode scalars' values: what the reference packages, written in Python, compute on.
typealias Scalars = [UInt32]

func scalars(_ text: String) -> Scalars { text.unicodeScalars.map(\.value) }

/// Scalars that Python's `str.split()` divides at.
func isBlank(_ scalar: UInt32) -> Bool {
  switch scalar {
  case 9...13, 28...32, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
  default: false
  }
}

/// ASCII's punctuation: Python's `string.punctuation`.
func isPunctuation(_ scalar: UInt32) -> Bool {
  switch scalar {
  case 33...47, 58...64, 91...96, 123...126: true
  default: false
  }
}

func isDigit(_ scalar: UInt32) -> Bool { (48...57).contains(scalar) }

/// A letter, a digit or an underscore: `\w` of Python's patterns.
func isWordScalar(_ scalar: UInt32) -> Bool {
  if scalar < 128 {
    return isDigit(scalar) || (65...90).contains(scalar) || (97...122).contains(scalar) || scalar == 95
  }
  guard let properties = Unicode.Scalar(scalar)?.properties else { return false }
  switch properties.generalCategory {
  case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
  default: return properties.numericType != nil
  }
}

extension Scalars {
  /// The words between blanks, none of them empty.
  var words: [ArraySlice<UInt32>] { split(whereSeparator: isBlank) }

  /// Small letters by Unicode's full mapping, with a small sigma's two forms: Python's `str.lower()`.
  var lowercased: Scalars {
    var lower: Scalars = []
    lower.reserveCapacity(count)
    for (place, scalar) in enumerated() {
      if scalar < 128 {
        lower.append((65...90).contains(scalar) ? scalar + 32 : scalar)
      } else if scalar == 0x3A3 {
        lower.append(isFinal(place) ? 0x3C2 : 0x3C3)
      } else if let mapping = Unicode.Scalar(scalar)?.properties.lowercaseMapping {
        lower.append(contentsOf: mapping.unicodeScalars.lazy.map(\.value))
      }
    }
    return lower
  }

  /// Whether a sigma at this place ends a word: letters with case before it and none behind, marks between
  /// left out of account (Unicode's Final_Sigma).
  private func isFinal(_ place: Int) -> Bool {
    func isCased(_ places: some Sequence<Int>) -> Bool {
      for place in places {
        guard let properties = Unicode.Scalar(self[place])?.properties else { return false }
        if !properties.isCaseIgnorable { return properties.isCased }
      }
      return false
    }
    return isCased((0..<place).reversed()) && !isCased(place + 1..<count)
  }

  /// Without blanks at the end.
  var withoutTrailingBlanks: Scalars { Array(self[..<((lastIndex { !isBlank($0) } ?? -1) + 1)]) }

  /// Every occurrence of a text, from left to right, replaced.
  func replacing(_ old: String, with new: String) -> Scalars {
    let (old, new) = (scalars(old), scalars(new))
    guard let first = old.first, count >= old.count else { return self }
    var replaced: Scalars = []
    var place = 0
    while place < count {
      if self[place] == first, self[place...].starts(with: old) {
        replaced += new
        place += old.count
      } else {
        replaced.append(self[place])
        place += 1
      }
    }
    return replaced
  }
}
