import Bytes
import Templates

/// Rules about what input and target are made of.
enum InputRules {
  static func check(_ template: LintedTemplate, _ findings: inout FindingList) {
    guard template.anatomy.isWhole, !template.ways.isEmpty else { return }
    inputWithoutField(template, &findings)
    constantTarget(template, &findings)
    targetInInput(template, &findings)
  }

  private static func inputWithoutField(_ template: LintedTemplate, _ findings: inout FindingList) {
    let inputs = template.ways.map(\.input)
    let readsRecord = inputs.joined().contains { piece in
      guard let output = piece.output else { return false }
      // Choices that are made of fields hold the record.
      let holds = output.choices != .none && template.choicesAnatomy?.fields.isEmpty == false
      return holds || !output.fields.isEmpty || output.choices == .list || output.choices == .chosen
    }
    // Texts that differ from way to way depend on the record through a condition.
    guard !readsRecord, Set(inputs.map { $0.map(\.content) }).count == 1 else { return }
    let place =
      inputs[0].first.map {
        template.anatomy.place("the input holds no field: every record has the same one", $0.range)
      } ?? template.aboutAll("the input is empty and holds no field")
    findings.add(.inputWithoutField, place, template: template.name)
  }

  private static func constantTarget(_ template: LintedTemplate, _ findings: inout FindingList) {
    var constants: Set<String> = []
    var first: TemplateAnatomy.Piece?
    let targets = template.targets
    // In lm-eval a word may be a field's name.
    if template.isHarness,
      template.source.target?.allSatisfy({ $0.isLetter || $0 == "_" || $0.isNumber }) == true
    {
      return
    }
    for (pieces, _) in targets {
      var text = ""
      for piece in pieces {
        guard let constant = constant(piece, template) else { return }
        text += constant
      }
      let said = text.trimmingBlanks
      guard !said.isEmpty else { continue }
      constants.insert(said)
      first = first ?? pieces.first { constant($0, template)?.trimmingBlanks.isEmpty == false }
    }
    guard constants.count == 1, let said = constants.first, let first, let anatomy = targets.first?.anatomy
    else { return }
    // A template that asks something else of every class is a task of its own when it reads its class only.
    let place = anatomy.place(
      "the target is always '\(said.shortened)'; no field and no choice decides it", first.range)
    findings.add(.constantTarget, place, template: template.name)
  }

  /// What a piece puts out whatever the record is; nil where that depends on it.
  private static func constant(_ piece: TemplateAnatomy.Piece, _ template: LintedTemplate) -> String? {
    if let text = piece.text { return text }
    guard let output = piece.output else { return nil }
    if let constant = output.constant { return constant }
    if case .item(let place) = output.choices, output.fields.isEmpty, let choices = template.constantChoices,
      choices.indices.contains(place)
    {
      return choices[place]
    }
    return nil
  }

  private static func targetInInput(_ template: LintedTemplate, _ findings: inout FindingList) {
    guard template.divides else { return }
    // Where the target is one of several things that all stand in the input, it asks to choose.
    let answers = Set(template.ways.flatMap(\.target).compactMap { $0.output?.source })
    let shown = Set(template.inputPieces.compactMap { $0.output?.source })
    guard answers.count < 2 || !answers.isSubset(of: shown) else { return }
    for way in template.ways {
      let spoken = way.target.filter { $0.text?.trimmingBlanks.isEmpty != true }
      guard spoken.count == 1, let piece = spoken.first, let target = piece.output, !target.fields.isEmpty,
        !target.source.isEmpty, !piece.isRepeated
      else { continue }
      let copy = way.input.first { !$0.isRepeated && $0.output?.source == target.source }
      guard let copy else { continue }
      let message = "'\(target.source.shortened)' is the target and stands in the input"
      findings.add(
        .targetInInput, template.anatomy.place(message, copy.range), template: template.name)
      return
    }
  }
}
