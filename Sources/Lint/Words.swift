extension String {
  /// Without the blanks and line breaks at both ends.
  package var trimmingBlanks: String {
    let scalars = unicodeScalars
    func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
    let rest = scalars.drop(while: isBlank)
    let kept = rest.reversed().drop(while: isBlank).reversed()
    return String(String.UnicodeScalarView(kept))
  }

  /// In lower case, with one blank where there are several.
  package var folded: String {
    lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// So much as a message can take.
  package var shortened: String {
    let line = replacing("\n", with: "⏎")
    return line.count > 40 ? line.prefix(39) + "…" : line
  }

  /// Where another text stands as words of its own, not as a part of longer ones.
  package func places(ofWords words: String) -> [Range<String.Index>] {
    guard !words.isEmpty else { return [] }
    func isWord(_ character: Character?) -> Bool { character.map { $0.isLetter || $0.isNumber } ?? false }
    return ranges(of: words).filter { range in
      let before = range.lowerBound > startIndex ? self[index(before: range.lowerBound)] : nil
      let after = range.upperBound < endIndex ? self[range.upperBound] : nil
      return !(isWord(before) && isWord(words.first)) && !(isWord(after) && isWord(words.last))
    }
  }
}
