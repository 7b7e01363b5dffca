import Templates

/// What a writer of templates could do next for a task.
enum DiversitySuggestions {
  /// Templates that are alike but not near-duplicates yet, from this similarity on, are worth merging.
  private static let mergeFrom = 0.4
  private static let fewest = 4

  static func of(_ set: TemplateSet, _ figures: DiversityFigures) -> [String] {
    guard !set.sources.isEmpty else { return [] }
    var suggestions: [String] = []
    let count = set.sources.count
    if count < fewest {
      suggestions.append("write more: \(count) is too few to hold some out and to see how wording matters")
    }
    let missing = missingKinds(set)
    if !missing.isEmpty { suggestions.append("no template here \(missing.joined(separator: ", or "))") }
    if let pair = set.similarities.nearest, set.similarities[pair.first, pair.second] >= mergeFrom,
      set.sources[pair.first].parent == nil
        || set.sources[pair.first].parent != set.sources[pair.second].parent
    {
      let share = percent(set.similarities[pair.first, pair.second])
      suggestions.append(
        "merge '\(set.sources[pair.first].name)' and '\(set.sources[pair.second].name)', or word one differently: "
          + "they share \(share) of their word triples")
    }
    if let coverage = figures[.coverage], coverage < 0.5 {
      suggestions.append(
        "only \(percent(coverage)) of the words of templates held out stand in others: "
          + "a model from scratch cannot know the rest")
    }
    if let outlook = FamilyOutlook(families: set.families), count >= fewest {
      let ten = Int((outlook.newShare * 10).rounded())
      let more = outlook.unwritten >= 1 ? ", about \(Int(outlook.unwritten.rounded())) in the long run" : ""
      suggestions.append("of ten more templates written alike, \(ten) would be new families\(more)")
    }
    return suggestions
  }

  private static func missingKinds(_ set: TemplateSet) -> [String] {
    let shapes = set.sources.map(InstructionShape.init)
    var missing: [String] = []
    if !shapes.contains(where: \.isQuestion) { missing.append("asks a question") }
    if !shapes.contains(where: \.isCommand) { missing.append("gives a command") }
    if !shapes.contains(where: \.isCloze) { missing.append("leaves a gap to fill or breaks off") }
    let positions = shapes.compactMap(\.fieldPosition)
    if !positions.contains(where: { $0 <= 1.0 / 3 }) {
      missing.append("puts the record before the instruction")
    }
    if !positions.contains(where: { $0 >= 2.0 / 3 }) {
      missing.append("puts the record after the instruction")
    }
    let choices = set.sources.filter { $0.answerChoices != nil }
    if !choices.isEmpty {
      if !choices.contains(where: \.choicesInPrompt) { missing.append("lists the answer choices") }
      if choices.allSatisfy(\.choicesInPrompt) { missing.append("leaves the answer choices unlisted") }
    }
    return missing
  }

  private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
}
