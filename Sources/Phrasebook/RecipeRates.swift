import YAML

// What a recipe says of rates, of mixtures inside mixtures and of forms.

extension Recipe.RateChoice {
  /// Reads `rates`, and `max_epochs` where they are `unimax`.
  init(_ fields: inout YAMLFields) {
    self = .proportional
    let epochs = fields.number("max_epochs", in: 0.01...1_000_000)
    defer {
      if epochs != nil, fields.node("rates")?.text != "unimax", let node = fields.node("max_epochs") {
        fields.problems.add(node.error("'max_epochs' goes with 'rates: unimax'"))
      }
    }
    guard let node = fields.node("rates") else { return }
    switch node.text {
    case "proportional": return
    case "equal": self = .equal
    case "unimax":
      if epochs == nil {
        fields.problems.add(node.error("'unimax' needs 'max_epochs', the most visits of a record"))
      }
      self = .uniMax(maximumEpochs: epochs ?? 1)
    default: self = Self.weights(node, &fields)
    }
  }

  private static func weights(_ node: YAMLNode, _ fields: inout YAMLFields) -> Recipe.RateChoice {
    guard case .mapping(let pairs) = node.kind else {
      fields.problems.add(
        node.error(
          "'rates' must be proportional, equal, unimax or a mapping of tasks to weights, found "
            + node.description))
      return .proportional
    }
    var weights: [String: Double] = [:]
    for (key, value) in pairs {
      guard let text = value.text, let weight = Double(text), weight >= 0, weight.isFinite else {
        fields.problems.add(
          value.error("a weight must be a number of at least 0, found \(value.description)"))
        continue
      }
      weights[key.text ?? ""] = weight
    }
    if !weights.values.contains(where: { $0 > 0 }) {
      fields.problems.add(node.error("no task has a weight above 0; give one to at least one task"))
    }
    return .weights(weights)
  }
}

extension Recipe.MixtureChoice {
  /// A mapping of names to whole numbers.
  static func caps(_ key: String, _ fields: inout YAMLFields) -> [String: Int] {
    guard let node = fields.node(key) else { return [:] }
    guard case .mapping(let pairs) = node.kind else {
      fields.problems.add(
        node.error("'\(key)' must be a mapping of names to records, found \(node.description)"))
      return [:]
    }
    var caps: [String: Int] = [:]
    for (name, value) in pairs {
      guard let text = value.text, let cap = Int(text), cap >= 1 else {
        fields.problems.add(
          value.error("a cap must be a whole number of at least 1, found \(value.description)"))
        continue
      }
      caps[name.text ?? ""] = cap
    }
    return caps
  }
}

extension Recipe.PartChoice {
  init?(_ node: YAMLNode, _ problems: ProblemList) {
    guard var fields = YAMLFields(node, "a part of a mixture", problems), let name = fields.required("name")
    else {
      return nil
    }
    self.init(name: name)
    weight = fields.number("weight", in: 1e-9...1e9)
    tasks = fields.strings("tasks") ?? []
    parts = (fields.nodes("parts") ?? []).compactMap { Recipe.PartChoice($0, problems) }
    rates = Recipe.RateChoice(&fields)
    cap = fields.integer("cap", in: 1...Int.max)
    temperature = fields.number("temperature", in: 0.01...1_000) ?? temperature
    if tasks.isEmpty == parts.isEmpty {
      problems.add(node.error("the part '\(name)' needs 'tasks' or 'parts', one of the two"))
    }
    fields.finish()
  }
}

extension Recipe.FormChoice {
  private enum Exemplars: String, CaseIterable { case same, mixed }

  init(_ part: YAMLFields) {
    var fields = part
    let share = 0.001...0.999
    if let node = fields.node("few_shot"), node.text == nil {
      if var inner = fields.fields("few_shot") {
        fewShot = inner.number("share", in: share) ?? 0
        if inner.node("share") == nil { inner.missing("share") }
        mixesTemplates = inner.choice("exemplars", Exemplars.self) == .mixed
        readShots(&inner)
        inner.finish()
      }
    } else {
      fewShot = fields.number("few_shot", in: share) ?? 0
    }
    tagged = fields.number("tagged", in: share) ?? 0
    inverted = fields.number("inverted", in: share) ?? 0
    conversational = fields.number("conversational", in: share) ?? 0
    succinct = fields.number("succinct", in: share) ?? 0
    if fewShot + tagged + inverted + conversational + succinct > 0.999 {
      fields.problems.add(part.node.error("the forms leave nothing for plain examples; lower their shares"))
    }
    fields.finish()
  }

  /// `shots: {1: 0.5, 4: 0.5}`.
  private mutating func readShots(_ fields: inout YAMLFields) {
    guard let node = fields.node("shots") else { return }
    guard case .mapping(let pairs) = node.kind, !pairs.isEmpty else {
      return fields.problems.add(
        node.error("'shots' must be a mapping of numbers of exemplars to weights, found \(node.description)"))
    }
    (shotNumbers, shotWeights) = ([], [])
    for (key, value) in pairs {
      guard let number = key.text.flatMap({ Int($0) }), 1...64 ~= number,
        let weight = value.text.flatMap({ Double($0) }), weight > 0, weight.isFinite
      else {
        fields.problems.add(key.error("expected 1 to 64 exemplars and a weight above 0"))
        continue
      }
      shotNumbers.append(number)
      shotWeights.append(weight)
    }
  }
}
