package import Templates

/// The templates of one task, as diversity looks at them.
package struct TemplateSet: Sendable {
  package let name: String
  package let sources: [TemplateSource]
  package let words: [TemplateWords]
  package let similarities: SimilarityMatrix
  /// For each template the first member of its family.
  package let families: [Int]
  /// Template by template; nil where nothing tells.
  package let isHeldOut: [Bool]?

  package init(
    name: String, sources: [TemplateSource], similarities: SimilarityMatrix? = nil,
    families: [Int]? = nil, isHeldOut: [Bool]? = nil
  ) {
    self.name = name
    self.sources = sources
    words = sources.map(TemplateWords.init)
    self.similarities = similarities ?? SimilarityMatrix(words)
    self.families =
      families
      ?? TemplateFamilies.firstMembers(self.similarities, variantsOf: sources.map { $0.parent?.id })
    self.isHeldOut = isHeldOut
  }
}
