import Bytes
import Diversity

/// Runs the rules over tasks.
package struct Linter: Sendable {
  package var limits = LengthLimits()

  package init() {}

  /// What the rules about files and sources find in a task, in no order, comments not yet asked.
  package func findings(in task: LintedTask, sample: TaskSample? = nil) -> [Finding] {
    var findings = FindingList()
    findings.add(task.problems)
    for template in task.templates {
      UseRules.check(template, task.corpus, &findings)
      guard template.problems.isEmpty else { continue }
      InputRules.check(template, &findings)
      ChoiceRules.check(template, &findings)
      ListingRules.check(template, &findings)
      TextRules.check(template, &findings)
      MetricRules.check(template, &findings)
      LanguageRules.check(template, task.corpus, &findings)
    }
    TaskRules.check(task, &findings)
    if let sample {
      for (template, renderings) in zip(task.templates, sample.renderings) where !renderings.isEmpty {
        RenderingRules.check(template, renderings, sample.values, limits, &findings)
        LabelRules.check(template, renderings, sample.values, &findings)
      }
    }
    return findings.sorted
  }

  /// The codes of the rules that `findings` asks.
  package static func checkedCodes(hasCorpus: Bool, hasSample: Bool, hasHoldOut: Bool) -> Set<String> {
    var rules = Rule.files + Rule.sources + [Rule.nearDuplicates]
    if !hasCorpus { rules.removeAll { $0 == .unknownField || $0 == .unusedField } }
    if hasSample { rules += Rule.records }
    if hasHoldOut { rules.append(.straddling) }
    return Set(rules.map(\.code))
  }

  /// Near-duplicates of which one is held out and the other trained with.
  ///
  /// - Parameter isHeldOut: template by template.
  package func straddling(_ task: LintedTask, isHeldOut: [Bool], similarity: Double) -> [Finding] {
    var findings = FindingList()
    for later in task.templates.indices {
      for earlier in 0..<later
      where isHeldOut[earlier] != isHeldOut[later] && task.similarities[earlier, later] >= similarity {
        let (held, trained) = isHeldOut[later] ? (later, earlier) : (earlier, later)
        let share = Int((task.similarities[earlier, later] * 100).rounded())
        findings.add(
          .straddling,
          task.templates[held].aboutAll(
            "'\(task.templates[held].name)' is held out, but \(share)% of its word trigrams are those of "
              + "'\(task.templates[trained].name)', which is trained with"),
          template: task.templates[held].name)
      }
    }
    return findings.sorted
  }
}
