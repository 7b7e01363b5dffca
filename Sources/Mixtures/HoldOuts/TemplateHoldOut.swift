package import Bytes
package import Templates

/// Chooses which templates of a task training never sees: whole families, never single templates.
package struct TemplateHoldOut {
  package struct Template: Sendable {
    package var id: String
    package var name: String
    /// What the template is a variant of; naming that holds out all its variants.
    package var parent: TemplateSource.Parent?
    package var tags: [String]
    /// The index of the first template of its family.
    package var family: Int

    package init(
      id: String, name: String, parent: TemplateSource.Parent? = nil, tags: [String] = [], family: Int
    ) {
      self.id = id
      self.name = name
      self.parent = parent
      self.tags = tags
      self.family = family
    }
  }

  private let task: String
  private let rule: HoldOut
  private let templates: [Template]
  /// Members by family, in the order of the families' first members.
  private let families: [[Int]]

  package init(task: String, templates: [Template], rule: HoldOut) {
    self.task = task
    self.rule = rule
    self.templates = templates
    let firsts = templates.indices.filter { templates[$0].family == $0 }
    families = firsts.map { first in templates.indices.filter { templates[$0].family == first } }
  }

  /// Which templates are held out, template by template.
  ///
  /// Families held out by name come first; then families in seeded order are added as long as the wanted
  /// amount is not exceeded and one family stays for training. Where every family is larger than the amount,
  /// the smallest is taken.
  ///
  /// - Throws: when no template would be left to train on, or none held out although the rule asks for some.
  package func choose(key: SeedKey) throws(Diagnostic) -> [Bool] {
    var held = families.map { members in members.contains { isNamed(templates[$0]) } }
    if !held.contains(false) {
      throw problem("all \(templates.count) are held out by name, and none is left to train on; name fewer")
    }
    if let fold = rule.fold { return try choose(fold, held, key: key) }
    if case .number(let number) = rule.amount, number >= everything {
      throw problem(
        "\(number) of \(everything) are to be held out, and none is left to train on; hold out fewer")
    }
    let order = SeededPermutation(count: UInt64(families.count), key: key)
    let shuffled = families.indices.map { Int(order[UInt64($0)]) }.filter { !held[$0] }
    let wanted = amount
    var open = shuffled.count
    for family in shuffled where open > 1 && weight(held) + weight(family) <= wanted {
      held[family] = true
      open -= 1
    }
    if wanted > 0, !held.contains(true) {
      let smallest = shuffled.min { weight($0) < weight($1) }
      guard let smallest, open > 1 else {
        throw problem(
          templates.count == 1
            ? "there is only 1, and one must be left to train on; write more, or hold out 0"
            : "all \(templates.count) are near-duplicates of each other, one family, which stays on one side; "
              + "write others, raise the similarity (\(rule.similarity)), or hold out 0")
      }
      held[smallest] = true
    }
    return templates.indices.map { template in
      families.indices.contains { held[$0] && families[$0].contains(template) }
    }
  }

  /// Holds out one fold of the families in seeded order, besides those held out already.
  private func choose(_ fold: HoldOut.Fold, _ named: [Bool], key: SeedKey) throws(Diagnostic) -> [Bool] {
    var held = named
    let order = SeededPermutation(count: UInt64(families.count), key: key)
    let count = fold.count ?? families.count
    for place in families.indices where place % count == fold.index % count {
      held[Int(order[UInt64(place)])] = true
    }
    guard held.contains(true) else {
      throw problem(
        "fold \(fold.index) of \(count) is empty, for there are only \(families.count) families; make fewer folds"
      )
    }
    guard held.contains(false) else {
      throw problem(
        "fold \(fold.index) of \(count) holds out all \(families.count) families; make more folds")
    }
    return templates.indices.map { template in
      families.indices.contains { held[$0] && families[$0].contains(template) }
    }
  }

  private func isNamed(_ template: Template) -> Bool {
    if template.tags.contains(where: { rule.tags.contains(name: $0) }) { return true }
    let parent = template.parent.map { [$0.id, $0.name] } ?? []
    return ([template.id, template.name] + parent).contains { rule.templates.contains(name: $0) }
  }

  private func weight(_ family: Int) -> Int { rule.unit == .families ? 1 : families[family].count }

  private func weight(_ held: [Bool]) -> Int {
    families.indices.reduce(0) { $0 + (held[$1] ? weight($1) : 0) }
  }

  private var everything: Int { families.indices.reduce(0) { $0 + weight($1) } }

  /// How many templates or families to hold out, at least one unless the rule says none.
  private var amount: Int {
    switch rule.amount {
    case .number(let number): return number
    case .fraction(let fraction):
      guard fraction > 0 else { return 0 }
      return max(1, Int((fraction * Double(everything)).rounded()))
    }
  }

  private func problem(_ what: String) -> Diagnostic {
    Diagnostic("cannot divide the templates of task '\(task)' into seen and unseen: \(what)")
  }
}
