import Bytes
import Templates

/// Rules about what a template compiles to and reads.
enum UseRules {
  static func check(_ template: LintedTemplate, _ corpus: CorpusFacts?, _ findings: inout FindingList) {
    for problem in template.problems { findings.add(.notCompiled, problem, template: template.name) }
    for problem in template.anatomy.dividerProblems {
      findings.add(.divider, problem, template: template.name)
    }
    if let corpus { unknownFields(template, corpus, &findings) }
    let draws: Set = ["choice", "random", "shuffle"]
    for use in template.anatomy.filters + (template.choicesAnatomy?.filters ?? [])
    where draws.contains(use.name) {
      let anatomy = template.anatomy.filters.contains(use) ? template.anatomy : template.choicesAnatomy
      guard let anatomy else { continue }
      findings.add(
        .randomFilter, anatomy.place("'\(use.name)' draws at random", use.range), template: template.name)
      break
    }
  }

  private static func unknownFields(
    _ template: LintedTemplate, _ corpus: CorpusFacts, _ findings: inout FindingList
  ) {
    let known = corpus.fields.map(\.name)
    for anatomy in [template.anatomy, template.choicesAnatomy, template.targetAnatomy].compactMap(\.self) {
      var told: Set<String> = []
      for use in anatomy.fields where !known.contains(use.name) && !anatomy.guardedNames.contains(use.name) {
        guard told.insert(use.name).inserted else { continue }
        findings.add(
          .unknownField,
          anatomy.place("unknown field '\(use.name)'\(suggestion(for: use.name, among: known))", use.range),
          template: template.name)
      }
    }
  }
}
