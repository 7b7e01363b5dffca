package import Bytes
package import Diversity
package import Templates

extension HoldOut {
  /// For each of a task's templates the first member of its family, families that the rule joins counted as one.
  package func families(of sources: [TemplateSource]) -> [Int] {
    families(of: sources, SimilarityMatrix(sources.map(TemplateWords.init)))
  }

  /// The same where the templates' similarities are known.
  package func families(of sources: [TemplateSource], _ similarities: SimilarityMatrix) -> [Int] {
    var first = TemplateFamilies.firstMembers(
      similarities, similarity: similarity, variantsOf: sources.map { $0.parent?.id })
    for names in families { Self.join(&first, sources, named: names) }
    return first
  }

  /// Template by template, whether training never sees it.
  ///
  /// - Throws: as `TemplateHoldOut.choose`.
  package func isHeldOut(
    _ sources: [TemplateSource], families: [Int], task: String, key: SeedKey
  ) throws(Diagnostic) -> [Bool] {
    let templates = sources.indices.map {
      TemplateHoldOut.Template(
        id: sources[$0].id, name: sources[$0].name, parent: sources[$0].parent,
        tags: TemplateTags.of(sources[$0]), family: families[$0])
    }
    return try TemplateHoldOut(task: task, templates: templates, rule: self).choose(key: key)
  }

  /// Makes one family of those that have a template of the names.
  private static func join(_ families: inout [Int], _ sources: [TemplateSource], named names: [String]) {
    let members = sources.indices.filter { place in
      let source = sources[place]
      return [source.id, source.name, source.parent?.id, source.parent?.name].contains { name in
        name.map { names.contains(name: $0) } ?? false
      }
    }
    let joined = Set(members.map { families[$0] })
    guard let first = joined.min() else { return }
    for place in families.indices where joined.contains(families[place]) { families[place] = first }
  }
}
