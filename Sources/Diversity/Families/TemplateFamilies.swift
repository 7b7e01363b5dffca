/// The families of one task's templates: near-duplicates, and near-duplicates of those.
public enum TemplateFamilies {
  /// Word trigrams shared to this part make two templates near-duplicates.
  public static let defaultSimilarity = 0.6

  /// The first member of each text's family.
  ///
  /// Two texts belong to one family when the Jaccard similarity of their word trigrams reaches `similarity`,
  /// and so do the families of the two (the transitive closure).
  ///
  /// - Parameters:
  ///   - similarity: above 0, at most 1.
  ///   - names: for each text what it is a variant of, nil for most; texts of one parent are of one family
  ///     however little they have in common. Empty: no text is a variant.
  /// - Returns: for each text the index of the earliest member of its family; its own when it is alone.
  package static func firstMembers(
    of texts: [TemplateWords], similarity: Double = defaultSimilarity, variantsOf names: [String?] = []
  ) -> [Int] {
    firstMembers(SimilarityMatrix(texts), similarity: similarity, variantsOf: names)
  }

  /// The same where the similarities are known.
  package static func firstMembers(
    _ texts: SimilarityMatrix, similarity: Double = defaultSimilarity, variantsOf names: [String?] = []
  ) -> [Int] {
    var parents = Array(0..<texts.count)
    var first: [[UInt8]: Int] = [:]
    for (place, name) in names.enumerated() where parents.indices.contains(place) {
      guard let name else { continue }
      // The smaller index stays the root, so that a root is its family's first member.
      if let known = first[Array(name.utf8)] {
        parents[place] = known
      } else {
        first[Array(name.utf8)] = place
      }
    }
    for later in parents.indices {
      for earlier in 0..<later where texts[earlier, later] >= similarity {
        let roots = (root(of: earlier, &parents), root(of: later, &parents))
        parents[max(roots.0, roots.1)] = min(roots.0, roots.1)
      }
    }
    return parents.indices.map { root(of: $0, &parents) }
  }

  private static func root(of member: Int, _ parents: inout [Int]) -> Int {
    var member = member
    while parents[member] != member {
      parents[member] = parents[parents[member]]
      member = parents[member]
    }
    return member
  }
}
