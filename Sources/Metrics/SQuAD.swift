/// Answers compared as SQuAD's official script (version 1.1) does: Rajpurkar et al. 2016.
enum SQuAD {
  /// The words of a text in small letters, without ASCII's punctuation and English articles.
  static func words(_ text: String) -> [ArraySlice<UInt32>] {
    withoutArticles(scalars(text).lowercased.filter { !isPunctuation($0) }).words
  }

  /// Articles become blanks where they are whole words; unlike blanks, other letters make words too.
  private static func withoutArticles(_ text: Scalars) -> Scalars {
    var kept: Scalars = []
    var start = 0
    while start < text.count {
      var end = start
      while end < text.count, isWordScalar(text[end]) { end += 1 }
      let word = text[start..<end]
      let isArticle = articles.contains { $0.elementsEqual(word) }
      if isArticle { kept.append(32) } else { kept += word }
      if end < text.count {
        kept.append(text[end])
        end += 1
      }
      start = end
    }
    return kept
  }

  private static let articles = ["a", "an", "the"].map(scalars)

  /// Whether both have the same words.
  static func isMatch(_ answer: String, _ target: String) -> Bool { words(answer) == words(target) }

  /// The harmonic mean of the shares of common words; 0 where there are none.
  static func f1(_ answer: String, _ target: String) -> Double {
    let (found, wanted) = (words(answer), words(target))
    var counts: [ArraySlice<UInt32>: Int] = [:]
    for word in wanted { counts[word, default: 0] += 1 }
    var common = 0
    for word in found {
      guard let left = counts[word], left > 0 else { continue }
      counts[word] = left - 1
      common += 1
    }
    guard common > 0 else { return 0 }
    let precision = Double(common) / Double(found.count)
    let recall = Double(common) / Double(wanted.count)
    return 2 * precision * recall / (precision + recall)
  }
}
