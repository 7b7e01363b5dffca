import Bytes
import Templates
import YAML

/// Rules about answer choices.
enum ChoiceRules {
  static func check(_ template: LintedTemplate, _ findings: inout FindingList) {
    unusedOrMissing(template, &findings)
    guard let choices = template.constantChoices, let anatomy = template.choicesAnatomy else { return }
    let place = ChoicePlaces(anatomy)
    var prefixes: [(long: Int, short: Int)] = []
    for later in choices.indices {
      for earlier in 0..<later {
        let (a, b) = (choices[earlier], choices[later])
        guard a.folded != b.folded else {
          let message =
            a.utf8.elementsEqual(b.utf8)
            ? "'\(b.shortened)' is a choice twice"
            : "the choices '\(a.shortened)' and '\(b.shortened)' differ in case or blanks only"
          findings.add(.sameChoices, place.diagnostic(message, later), template: template.name)
          continue
        }
        let (short, long) = a.utf8.count < b.utf8.count ? (earlier, later) : (later, earlier)
        if !choices[short].folded.isEmpty, choices[long].folded.hasPrefix(choices[short].folded) {
          prefixes.append((long, short))
        }
      }
    }
    guard let first = prefixes.first else { return }
    let more = prefixes.count > 1 ? "; so do \(prefixes.count - 1) more pairs" : ""
    findings.add(
      .prefixChoice,
      place.diagnostic(
        "the choice '\(choices[first.long].shortened)' begins with the choice "
          + "'\(choices[first.short].shortened)'\(more)", first.long), template: template.name)
  }

  private static func unusedOrMissing(_ template: LintedTemplate, _ findings: inout FindingList) {
    guard template.divides else { return }
    let use = template.anatomy.choiceUses.first
    if template.source.answerChoices == nil, let use {
      findings.add(
        .missingChoices,
        template.anatomy.place("the template uses 'answer_choices' and has none", use.range),
        template: template.name)
    }
    guard template.source.answerChoices != nil, use == nil, template.problems.isEmpty,
      let node = template.source.answerChoicesNode
    else { return }
    let isFixed = template.choicesAnatomy?.fields.isEmpty ?? true
    findings.add(
      isFixed ? .unusedChoices : .unreadRecordChoices,
      node.error("the template never uses its answer choices"), template: template.name)
  }
}

/// Where each of the choices stands.
struct ChoicePlaces {
  private let anatomy: TemplateAnatomy
  private var ranges: [Range<Int>] = []

  init(_ anatomy: TemplateAnatomy) {
    self.anatomy = anatomy
    // Choices that are written as one text stand between its dividers.
    guard anatomy.ways.count == 1, anatomy.ways[0].input.count == 1, let piece = anatomy.ways[0].input.first,
      let text = piece.text
    else { return }
    var start = piece.range.lowerBound
    for part in text.split(separator: "|||", omittingEmptySubsequences: false) {
      let lead = part.utf8.prefix { $0 == 32 || $0 == 10 }.count
      let core = max(1, String(part).trimmingBlanks.utf8.count)
      ranges.append(start + lead..<start + lead + core)
      start += part.utf8.count + 3
    }
  }

  func diagnostic(_ message: String, _ choice: Int) -> Diagnostic {
    let all = anatomy.ways.first?.input.first?.range ?? 0..<1
    return anatomy.place(message, ranges.indices.contains(choice) ? ranges[choice] : all)
  }
}
