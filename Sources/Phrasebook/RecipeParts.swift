import YAML

// Each part of a recipe reads its own keys; a missing key keeps the default that the type documents.

extension Recipe.MixtureChoice {
  init(_ part: YAMLFields) {
    var fields = part
    total = fields.integer("total", in: 1...1_000_000_000_000) ?? total
    cap = fields.integer("cap", in: 1...Int.max)
    temperature = fields.number("temperature", in: 0.01...1_000) ?? temperature
    shards = fields.integer("shards", in: 1...99_999) ?? shards
    compression = fields.choice("compression", FileCompression.self).flatMap {
      $0 == .none ? nil : $0.rawValue
    }
    rates = Recipe.RateChoice(&fields)
    caps = Self.caps("caps", &fields)
    clusterCaps = Self.caps("cluster_caps", &fields)
    parts = (fields.nodes("parts") ?? []).compactMap { Recipe.PartChoice($0, fields.problems) }
    if let part = fields.fields("forms") { forms = Recipe.FormChoice(part) }
    fields.finish()
  }

  private enum FileCompression: String, CaseIterable { case none, gzip, zstd }
}

extension Recipe.HoldOutChoice {
  init(_ part: YAMLFields) {
    var fields = part
    if let node = fields.node("templates") {
      // A whole number counts templates; a number below one is a share of them.
      if let text = node.text, let number = Int(text), number >= 0 {
        amount = .number(number)
      } else if let share = fields.number("templates", in: 0...0.99) {
        amount = .fraction(share)
      }
    }
    templateNames = fields.strings("names") ?? []
    clusters = fields.strings("clusters") ?? []
    tasks = fields.strings("tasks") ?? []
    tags = fields.strings("tags") ?? []
    families = (fields.nodes("families") ?? []).compactMap { Self.family($0, fields.problems) }
    if let node = fields.node("fold") {
      fold = node.text.flatMap(Recipe.FoldChoice.init)
      if fold == nil {
        fields.problems.add(node.error("a fold must be like 0/5 or 0/each, found \(node.description)"))
      }
    }
    similarity = fields.number("similarity", in: 0.05...1) ?? similarity
    fields.finish()
  }

  private static func family(_ node: YAMLNode, _ problems: ProblemList) -> [String]? {
    guard case .sequence(let items) = node.kind, items.count >= 2, items.allSatisfy({ $0.text != nil }) else {
      problems.add(
        node.error("a family must be a list of two or more templates' names, found \(node.description)"))
      return nil
    }
    return items.compactMap(\.text)
  }
}

extension Recipe.RecordChoice {
  init(_ part: YAMLFields) {
    var fields = part
    validation = fields.number("validation", in: 0...0.9) ?? validation
    test = fields.number("test", in: 0...0.9) ?? test
    nearDuplicates = fields.number("near_duplicates", in: 0.3...1)
    if validation + test > 0.95 {
      fields.problems.add(
        part.node.error("'validation' and 'test' leave under 5% of the records for training; lower them"))
    }
    fields.finish()
  }
}

extension Recipe.ModelChoice {
  private enum Preset: String, CaseIterable { case tiny, small }

  /// A name alone, or a mapping; nil where there is none, or a problem.
  init?(_ node: YAMLNode?, _ problems: ProblemList) {
    guard let node else { return nil }
    if let name = node.text {
      self.init(name)
    } else if let part = YAMLFields(node, "'model'", problems) {
      self.init(part)
    } else {
      return nil
    }
  }

  /// A preset's name, or where pretrained weights are.
  init(_ name: String) {
    if Preset(rawValue: name) != nil { preset = name } else { weights = name }
  }

  init(_ part: YAMLFields) {
    var fields = part
    weights = fields.string("weights")
    preset = fields.choice("preset", Preset.self)?.rawValue ?? preset
    dimension = fields.integer("dimension", in: 8...16_384)
    layers = fields.integer("layers", in: 1...256)
    heads = fields.integer("heads", in: 1...256)
    keyValueHeads = fields.integer("key_value_heads", in: 1...256)
    hiddenDimension = fields.integer("hidden_dimension", in: 8...65_536)
    vocabulary = fields.integer("vocabulary", in: 300...1_000_000) ?? vocabulary
    context = fields.integer("context", in: 16...65_536) ?? context
    let shape = [
      "preset", "vocabulary", "dimension", "layers", "heads", "key_value_heads", "hidden_dimension",
    ]
    if weights != nil, let key = shape.first(where: { fields.node($0) != nil }) {
      fields.problems.add(
        part.node.error("'weights' bring their own shape; leave out '\(key)' or train from scratch"))
    }
    fields.finish()
  }
}

extension Recipe.AlternativeChoice {
  init(_ part: YAMLFields) {
    var fields = part
    let node = fields.node("model")
    model = Recipe.ModelChoice(node, fields.problems) ?? model
    if let node, model.weights != nil {
      fields.problems.add(
        node.error("a model in place of weights is trained from scratch: expected a preset, tiny or small"))
    }
    if let part = fields.fields("training") { training = Recipe.TrainingChoice(part) }
    fields.finish()
  }
}

extension Recipe.EvaluationChoice {
  init(_ part: YAMLFields) {
    var fields = part
    records = fields.integer("records", in: 1...1_000_000) ?? records
    validationRecords = fields.integer("validation_records", in: 0...1_000_000) ?? validationRecords
    if let field = fields.string("stratify") { stratification = field == "none" ? nil : field }
    exemplarRecords = fields.integer("exemplar_records", in: 0...100_000) ?? exemplarRecords
    rationale = fields.string("rationale")
    prompting = PromptingChoice(&fields)
    resamples = fields.integer("resamples", in: 100...1_000_000) ?? resamples
    maximumTokens = fields.integer("maximum_tokens", in: 1...65_536) ?? maximumTokens
    precision = fields.choice("precision", ScorePrecision.self) ?? precision
    fields.finish()
  }
}
