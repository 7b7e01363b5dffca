import Templates

/// Rules about single renderings of records.
enum RenderingRules {
  static func check(
    _ template: LintedTemplate, _ renderings: [TaskSample.Rendering], _ values: [[TaskSample.FieldTexts]],
    _ limits: LengthLimits, _ findings: inout FindingList
  ) {
    let done = renderings.filter { $0.failure == nil }
    func add(_ rule: Rule, _ count: Int, _ what: String) {
      guard count > 0 else { return }
      findings.add(
        rule, template.aboutAll("\(count) of \(renderings.count) records: \(what)"), template: template.name)
    }
    let failures = renderings.compactMap(\.failure)
    add(.renderingFails, failures.count, failures.first ?? "")
    add(.emptyInput, done.count(where: \.isEmpty), "the input is empty")
    let empty = done.count { !$0.isEmpty && $0.targets.allSatisfy { $0.trimmingBlanks.isEmpty } }
    add(.emptyTarget, empty, "the target is empty")
    let strange = done.filter { rendering in
      guard let choices = rendering.choices, !rendering.target.trimmingBlanks.isEmpty else { return false }
      return !choices.contains { $0.utf8.elementsEqual(rendering.target.utf8) }
    }
    if let first = strange.first {
      let choices = (first.choices ?? []).prefix(6).map { "'\($0.shortened)'" }.joined(separator: ", ")
      add(
        .targetNoChoice, strange.count, "the target, as '\(first.target.shortened)', is none of \(choices)")
    }
    let long = done.filter { rendering in
      rendering.input.unicodeScalars.count > limits.characters
        || limits.tokens.flatMap { limit in rendering.tokens.map { $0 > limit } } == true
    }
    if let longest = long.max(by: { $0.input.utf8.count < $1.input.utf8.count }) {
      let tokens = limits.tokens.map { " or \($0) tokens" } ?? ""
      add(
        .tooLong, long.count,
        "the input has more than \(limits.characters) characters\(tokens); the longest has "
          + "\(longest.input.unicodeScalars.count)")
    }
    placeholders(template, renderings, values, add)
  }

  private static let stands = ["None", "nan", "NaN", "undefined", "null", "NULL", "NaT"]

  /// Words that stand for a missing value, where neither the template nor the record has them as text.
  private static func placeholders(
    _ template: LintedTemplate, _ renderings: [TaskSample.Rendering], _ values: [[TaskSample.FieldTexts]],
    _ add: (Rule, Int, String) -> Void
  ) {
    let own =
      template.allPieces.compactMap { $0.text ?? $0.output?.constant }
      + (template.constantChoices ?? [template.source.answerChoices ?? ""])
    for word in stands where !own.contains(where: { !$0.places(ofWords: word).isEmpty }) {
      let count = zip(renderings, values).count { rendering, values in
        let texts = [rendering.input] + rendering.targets
        return texts.contains { !$0.places(ofWords: word).isEmpty }
          && !values.contains { $0.texts.contains { !$0.places(ofWords: word).isEmpty } }
      }
      add(.placeholder, count, "'\(word)' stands where a value is missing")
    }
  }
}
