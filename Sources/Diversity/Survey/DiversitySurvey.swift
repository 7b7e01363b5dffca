/// The diversity of several tasks' templates, each alone and all together.
package struct DiversitySurvey: Sendable {
  package struct Task: Sendable {
    package var name: String
    package var figures: DiversityFigures
    /// nil for a task without templates.
    package var outlook: FamilyOutlook?
    /// Pairs of templates whose similarity makes them near-duplicates.
    package var nearDuplicatePairs: Int
    package var suggestions: [String]
  }

  package private(set) var tasks: [Task] = []
  package private(set) var collection = DiversityFigures()

  /// Where the sets tell what is held out, coverage is that of held-out templates by all others; else that of
  /// each family by all other families.
  package init(_ sets: [TemplateSet]) {
    let coverage = Self.coverage(sets)
    for (set, coverage) in zip(sets, coverage) {
      let figures = DiversityFigures(
        set.sources, words: set.words, similarities: set.similarities, families: set.families,
        coverage: coverage)
      tasks.append(
        Task(
          name: set.name, figures: figures, outlook: FamilyOutlook(families: set.families),
          nearDuplicatePairs: set.similarities.pairs(atLeast: TemplateFamilies.defaultSimilarity),
          suggestions: DiversitySuggestions.of(set, figures)))
    }
    guard sets.count > 1 else {
      collection = tasks.first?.figures ?? DiversityFigures()
      return
    }
    var families: [Int] = []
    for set in sets {
      let offset = families.count
      families += set.families.map { $0 + offset }
    }
    let words = sets.flatMap(\.words)
    collection = DiversityFigures(
      sets.flatMap(\.sources), words: words, similarities: SimilarityMatrix(words), families: families,
      coverage: coverage.flatMap { $0 })
  }

  private static func coverage(_ sets: [TemplateSet]) -> [[Double?]] {
    var known = VocabularyCoverage()
    guard sets.contains(where: { $0.isHeldOut?.contains(true) == true }) else {
      for set in sets {
        for family in set.families.indices where set.families[family] == family {
          known.add(set.families.indices.filter { set.families[$0] == family }.map { set.words[$0] })
        }
      }
      let isAlone = sets.reduce(0) { $0 + $1.sources.count } < 2
      return sets.map { set in set.words.map { isAlone ? nil : known.share(of: $0, isIn: true) } }
    }
    known.add(
      sets.flatMap { set in set.words.indices.filter { set.isHeldOut?[$0] != true }.map { set.words[$0] } })
    return sets.map { set in
      set.words.indices.map { place in
        set.isHeldOut?[place] == true ? known.share(of: set.words[place], isIn: false) : nil
      }
    }
  }
}
