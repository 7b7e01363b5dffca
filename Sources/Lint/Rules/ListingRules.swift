import Bytes
import Templates
import YAML

/// Rules about how the input lists the choices.
enum ListingRules {
  static func check(_ template: LintedTemplate, _ findings: inout FindingList) {
    guard template.anatomy.isWhole, template.source.answerChoices != nil else { return }
    order(template, &findings)
    flag(template, &findings)
  }

  private static func order(_ template: LintedTemplate, _ findings: inout FindingList) {
    for way in template.ways {
      guard let found = listing(way.input, template), found.order != found.order.sorted() else { continue }
      let names = template.constantChoices
      let listed = found.order.map { place in
        names.map { $0.indices.contains(place) ? "'\($0[place].shortened)'" : "\(place)" } ?? "\(place)"
      }
      findings.add(
        .choiceOrder,
        template.anatomy.place(
          "the choices are listed as \(listed.joined(separator: ", ")), not in their own order", found.range),
        template: template.name)
      return
    }
  }

  /// The places of the choices in the order in which the input lists all of them; nil where it does not, item
  /// by item or as a text.
  private static func listing(
    _ input: [TemplateAnatomy.Piece], _ template: LintedTemplate
  ) -> (order: [Int], range: Range<Int>)? {
    var order: [Int] = []
    var range: Range<Int>?
    for piece in input {
      guard let place = piece.choiceItem(of: template.constantChoices), !order.contains(place) else {
        continue
      }
      order.append(place)
      range = (range?.lowerBound ?? piece.range.lowerBound)..<piece.range.upperBound
    }
    if let range, order.count > 1, order.count == template.constantChoices?.count ?? order.count {
      return (order, range)
    }
    guard let choices = template.constantChoices, choices.count > 1 else { return nil }
    for piece in input {
      if let text = piece.text, let found = listing(in: text, choices) {
        let low = piece.range.lowerBound + found.range.lowerBound
        return (found.order, low..<low + found.range.count)
      }
    }
    return nil
  }

  /// All choices with nothing but a list's own words between them.
  static func listing(in text: String, _ choices: [String]) -> (order: [Int], range: Range<Int>)? {
    let lower = text.lowercased()
    guard lower.utf8.count == text.utf8.count else { return nil }
    var places: [(range: Range<String.Index>, choice: Int)] = []
    for (number, choice) in choices.enumerated() {
      places += lower.places(ofWords: choice.lowercased()).map { ($0, number) }
    }
    // Of two at one place, the longer: "not sure" and not "not".
    places.sort { a, b in
      if a.range.lowerBound != b.range.lowerBound { return a.range.lowerBound < b.range.lowerBound }
      return a.range.upperBound > b.range.upperBound
    }
    var end = lower.startIndex
    places = places.filter { place in
      guard place.range.lowerBound >= end else { return false }
      end = place.range.upperBound
      return true
    }
    guard places.count >= choices.count else { return nil }
    for start in 0...places.count - choices.count {
      let run = places[start..<start + choices.count]
      guard Set(run.map(\.choice)).count == choices.count else { continue }
      let gaps = zip(run, run.dropFirst()).map { lower[$0.range.upperBound..<$1.range.lowerBound] }
      guard gaps.allSatisfy({ isListGap($0) }), let first = run.first, let last = run.last else { continue }
      let low = lower.utf8.distance(from: lower.startIndex, to: first.range.lowerBound)
      let high = lower.utf8.distance(from: lower.startIndex, to: last.range.upperBound)
      return (run.map(\.choice), low..<high)
    }
    return nil
  }

  private static func isListGap(_ gap: Substring) -> Bool {
    let words = gap.split { !($0.isLetter || $0.isNumber) }
    return gap.count <= 16 && words.allSatisfy { $0.count == 1 || ["or", "and"].contains($0) }
  }

  private static func flag(_ template: LintedTemplate, _ findings: inout FindingList) {
    guard template.divides, let node = template.key("metadata", "choices_in_prompt"), !node.isNull,
      template.problems.isEmpty
    else { return }
    let says = template.source.choicesInPrompt
    let lists = template.ways.map { Listing($0.input, template) }
    if says, lists.allSatisfy({ $0 == .absent }), !lists.isEmpty {
      findings.add(
        .choicesFlag, node.error("choices_in_prompt is true, but the input does not list the choices"),
        template: template.name, fix: Finding.Fix(node.range, "false"))
    } else if !says, lists.allSatisfy({ $0 == .present }), !lists.isEmpty {
      findings.add(
        .choicesFlag, node.error("choices_in_prompt is false, but the input lists the choices"),
        template: template.name, fix: Finding.Fix(node.range, "true"))
    }
  }

  /// Whether an input lists the choices.
  private enum Listing {
    case present, absent
    /// They may stand in a field.
    case unknown

    init(_ input: [TemplateAnatomy.Piece], _ template: LintedTemplate) {
      let items = Set(input.compactMap { $0.choiceItem(of: template.constantChoices) })
      guard let choices = template.constantChoices else {
        let fields = Set(template.choicesAnatomy?.fields.map(\.name) ?? [])
        let shown = Set(input.flatMap { $0.output?.fields ?? [] })
        let isListed = items.count > 1 || input.contains { $0.output?.choices == .list }
        let picks = input.contains { $0.output?.choices == .chosen }
        self = isListed ? .present : picks || !fields.isDisjoint(with: shown) ? .unknown : .absent
        return
      }
      // Lists stand in the sources of expressions too: `["a", "b"] | join`.
      let text = input.map { $0.text ?? $0.output?.constant ?? $0.output?.source ?? "" }.joined().lowercased()
      let all = choices.indices.allSatisfy { place in
        items.contains(place) || !text.places(ofWords: choices[place].lowercased()).isEmpty
      }
      if all || input.contains(where: { $0.output?.choices == .list }) {
        self = .present
      } else {
        // Letters and numbers name options that a field may hold, or the ends of a scale; items picked one by one
        // may be all of them.
        let picks = input.contains { $0.output?.choices == .chosen }
        self = picks || choices.allSatisfy { $0.count < 3 } ? .unknown : .absent
      }
    }
  }
}

extension TemplateAnatomy.Piece {
  /// The place of the choice that it puts out, where that is written; of unknown choices the last ones come
  /// far behind.
  func choiceItem(of choices: [String]?) -> Int? {
    guard case .item(let place)? = output?.choices else { return nil }
    return place < 0 ? (choices?.count ?? 1_000_000) + place : place
  }
}
