import Templates

/// Rules about labels over all renderings of a template.
enum LabelRules {
  /// Below this many records shares say little.
  private static let fewest = 30
  private static let mostLabels = 20
  /// A target that makes up this much leaves nothing to tell.
  private static let dominance = 0.9

  static func check(
    _ template: LintedTemplate, _ renderings: [TaskSample.Rendering], _ values: [[TaskSample.FieldTexts]],
    _ findings: inout FindingList
  ) {
    let done = zip(renderings, values).filter {
      $0.0.failure == nil && !$0.0.isEmpty && !$0.0.target.isEmpty
    }
    contradictions(template, done.map(\.0), &findings)
    guard done.count >= fewest else { return }
    let targets = done.map(\.0.target)
    let labels = Set(targets).sorted()
    guard labels.count <= mostLabels else { return }
    choices(template, targets, &findings)
    if let leak = LabelLeak(done.map(\.0), labels), leak.isClear {
      findings.add(
        .leakedLabel,
        template.aboutAll(
          "the target's text stands in the input more often than other choices in \(percent(leak.own)) of "
            + "\(done.count) records, less often in \(percent(leak.other))"), template: template.name)
    }
    let vocabulary = Set(template.inputPieces.compactMap(\.text).flatMap { $0.wordsOfText })
    let shown = Set(
      template.inputPieces.flatMap { $0.output?.fields ?? [] }
        + (template.anatomy.choiceUses.isEmpty ? [] : template.choicesAnatomy?.fields.map(\.name) ?? []))
    let instructions = done.map { rendering, values in
      let texts = values.filter { shown.contains($0.field) }.flatMap(\.texts)
      return InstructionProbe.instruction(rendering.input, without: texts, vocabulary)
    }
    if let probe = InstructionProbe(instructions, targets), probe.isTelling {
      findings.add(
        .tellingInstruction,
        template.aboutAll(
          "from the instruction's words alone \(percent(probe.accuracy)) of the labels can be told, "
            + "by always saying the most common one \(percent(probe.majority))"), template: template.name)
    }
  }

  private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }

  private static func contradictions(
    _ template: LintedTemplate, _ renderings: [TaskSample.Rendering], _ findings: inout FindingList
  ) {
    var first: [String: String] = [:]
    var differing: [String] = []
    for rendering in renderings {
      if let known = first[rendering.input] {
        if !known.utf8.elementsEqual(rendering.target.utf8) { differing.append(rendering.input) }
      } else {
        first[rendering.input] = rendering.target
      }
    }
    guard let example = differing.first else { return }
    findings.add(
      .contradiction,
      template.aboutAll(
        "\(differing.count) of \(renderings.count) records have the input of another and a different target, "
          + "as '\(example.shortened)'"), template: template.name)
  }

  private static func choices(
    _ template: LintedTemplate, _ targets: [String], _ findings: inout FindingList
  ) {
    guard let choices = template.constantChoices, choices.count > 1 else { return }
    let idle = choices.filter { choice in !targets.contains { $0.utf8.elementsEqual(choice.utf8) } }
    // Of many choices a sample misses some by chance.
    if !idle.isEmpty, idle.count < choices.count, targets.count >= 20 * choices.count {
      let names = idle.prefix(4).map { "'\($0.shortened)'" }.joined(separator: ", ")
      findings.add(
        .idleChoice, template.aboutAll("\(names) is the target of none of \(targets.count) records"),
        template: template.name)
    }
    guard
      let most = choices.map({ choice in (choice, targets.count { $0 == choice }) }).max(by: { $0.1 < $1.1 }),
      Double(most.1) >= dominance * Double(targets.count)
    else { return }
    findings.add(
      .imbalance,
      template.aboutAll(
        "'\(most.0.shortened)' is the target of \(most.1) of \(targets.count) records"),
      template: template.name)
  }
}

/// How often the target's text stands in the input, against the other labels' texts.
struct LabelLeak {
  /// The share of records where it stands there more often than any other label, and less often than one.
  let own: Double
  let other: Double

  init?(_ renderings: [TaskSample.Rendering], _ labels: [String]) {
    guard labels.count > 1, !renderings.isEmpty else { return nil }
    var (more, fewer) = (0, 0)
    for rendering in renderings {
      let input = rendering.input.lowercased()
      func count(_ label: String) -> Int { input.places(ofWords: label.lowercased()).count }
      let target = count(rendering.target)
      let most = labels.lazy.filter { $0 != rendering.target }.map(count).max() ?? 0
      if target > most { more += 1 } else if target < most { fewer += 1 }
    }
    own = Double(more) / Double(renderings.count)
    other = Double(fewer) / Double(renderings.count)
  }

  var isClear: Bool { own >= 0.5 && own - other >= 0.3 }
}

extension String {
  /// Runs of letters and digits in lower case.
  var wordsOfText: [String] {
    lowercased().split { !($0.isLetter || $0.isNumber) }.map(String.init)
  }
}
