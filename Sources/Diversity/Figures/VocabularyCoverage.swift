/// How much of unseen templates' vocabulary seen ones have: a small model can understand no more.
package struct VocabularyCoverage: Sendable {
  /// For each word how many groups have it.
  private var holders: [[UInt8]: Int] = [:]

  package init() {}

  /// Takes in the words of a group of templates: a family, or all that is trained with.
  package mutating func add(_ group: [TemplateWords]) {
    for word in Self.different(group) { holders[word, default: 0] += 1 }
  }

  /// The share of a template's different words that other groups than its own have, from 0 to 1; nil for a
  /// template without words.
  ///
  /// - Parameter isIn: whether the template's own group was added.
  package func share(of words: TemplateWords, isIn: Bool) -> Double? {
    let own = Self.different([words])
    guard !own.isEmpty else { return nil }
    let covered = own.count { holders[$0, default: 0] > (isIn ? 1 : 0) }
    return Double(covered) / Double(own.count)
  }

  private static func different(_ group: [TemplateWords]) -> Set<[UInt8]> {
    group.reduce(into: []) { all, words in
      for word in words.words where word != TemplateWords.placeholder { all.insert(Array(word.utf8)) }
    }
  }
}
