internal import Bytes
internal import Records
internal import Transformer

/// What ways of asking add to a task's figures, as `results.json` has it.
struct PromptingFigures {
  private let settings: PromptingSettings
  private let task: MixtureSummary.Task
  private let prompted: PromptedTask
  private let unseenTask: Bool

  init(_ prompted: PromptedTask, _ task: MixtureSummary.Task, unseenTask: Bool, _ settings: PromptingSettings)
  {
    self.prompted = prompted
    self.task = task
    self.unseenTask = unseenTask
    self.settings = settings
  }

  private typealias Pairs = [(String, Value)]

  func pairs() throws -> [(String, Value)] {
    try failures + calibrations() + arms() + readings + styles()
  }

  private var cells: [(name: String, cell: EvaluationCell)] {
    unseenTask
      ? [("unseen", .unseenTasks)] : [("seen", .seenTemplates), ("unseen", .unseenTemplates)]
  }

  private var failures: Pairs {
    let counts = prompted.failures
    guard counts.total > 0 else { return [] }
    let byTemplate = zip(counts.templates.names, counts.byTemplate)
    return [
      (
        "failures",
        dictionary([
          ("n", integer(counts.total)),
          ("kinds", dictionary(counts.byKind.sorted { $0.key < $1.key }.map { ($0.key, integer($0.value)) })),
          (
            "templates",
            .list(byTemplate.map { dictionary([("id", .string($0)), ("n", integer($1))]) })
          ),
        ])
      )
    ]
  }

  private func calibrations() throws -> Pairs {
    guard !settings.calibrations.isEmpty else { return [] }
    var values: [Value] = []
    for tally in prompted.calibrated {
      guard hasOutcomes(tally) else { return [] }
      let figures = try TaskFigures(tally, task: task, unseenTask: unseenTask).result
      values.append(
        dictionary(
          (unseenTask ? [] : [("seen", figures.seen?.json ?? .null)]) + [
            ("unseen", figures.unseen?.json ?? .null)
          ]
        ))
    }
    let others = zip(settings.calibrations, values).dropFirst().map { ($0.rawValue, $1) }
    return [("calibrated", values[0])] + (others.isEmpty ? [] : [("comparisons", dictionary(others))])
      + [("label_shift", dictionary(cells.map { ($0.name, shift(prompted.labels[$0.cell])) }))]
  }

  private func hasOutcomes(_ tally: TaskTally) -> Bool { cells.contains { tally.outcomes[$0.cell] != nil } }

  /// Shares of the choices by their place: right, taken, taken after calibration.
  private func shift(_ counts: LabelCounts?) -> Value {
    guard let counts, counts.isEven, counts.gold.contains(where: { $0 > 0 }) else { return .null }
    func shares(_ counts: [Int]) -> [Double] {
      let total = counts.reduce(0, +)
      return counts.map { total > 0 ? Double($0) / Double(total) : 0 }
    }
    func list(_ numbers: [Double]) -> Value { .list(numbers.map(Value.number)) }
    let gold = shares(counts.gold)
    var pairs: Pairs = [
      ("n", integer(counts.gold.reduce(0, +))), ("gold", list(gold)), ("before", list(shares(counts.before))),
      ("total_variation_before", .number(Calibration.totalVariation(shares(counts.before), gold))),
    ]
    if let after = counts.after.first {
      pairs += [
        ("after", list(shares(after))),
        ("total_variation_after", .number(Calibration.totalVariation(shares(after), gold))),
      ]
    }
    return dictionary(pairs)
  }

  /// The task's figure in every way of asking, the first included.
  private func arms() throws -> Pairs {
    let arms = AskingArm.all(settings)
    guard arms.count > 1 else { return [] }
    var medians: [(seen: Double?, unseen: Double?)] = []
    for tally in [prompted.main] + prompted.others {
      guard hasOutcomes(tally) else { return [] }
      let result = try TaskFigures(tally, task: task, unseenTask: unseenTask).result
      medians.append((result.seen?.distribution.median, result.unseen?.distribution.median))
    }
    let figures = zip(arms, medians)
    let orders = figures.filter { $0.0.trigger == 0 }.map(\.1)
    let triggers = figures.filter { $0.0.order == 0 }
    var pairs: Pairs = []
    if orders.count > 1 {
      pairs.append(
        (
          "orders",
          dictionary([
            ("n", integer(orders.count)), ("seen", spread(orders.compactMap(\.seen))),
            ("unseen", spread(orders.compactMap(\.unseen))),
          ])
        ))
    }
    if triggers.count > 1 {
      pairs.append(
        (
          "triggers",
          .list(
            triggers.map { arm, figure in
              dictionary([
                ("trigger", .string(settings.chainOfThought?.triggers[arm.trigger] ?? "")),
                ("seen", figure.seen.map(Value.number) ?? .null),
                ("unseen", figure.unseen.map(Value.number) ?? .null),
              ])
            })
        ))
    }
    return pairs
  }

  private func spread(_ values: [Double]) -> Value {
    guard let low = values.min(), let high = values.max() else { return .null }
    let mean = Evaluation.mean(values)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return dictionary([
      ("values", .list(values.map(Value.number))), ("mean", .number(mean)), ("low", .number(low)),
      ("high", .number(high)),
      ("standard_deviation", .number((squares / Double(max(1, values.count - 1))).squareRoot())),
    ])
  }

  private var readings: Pairs {
    let known = cells.compactMap { cell in
      prompted.readings[cell.cell].map { (cell.name, reading(ReadingCounts($0.values))) }
    }
    return known.isEmpty ? [] : [("parsing", dictionary(known))]
  }

  /// Templates of one style together, beside those of the others.
  private func styles() throws -> Pairs {
    let styles = task.templates.compactMap(\.style)
    guard !styles.isEmpty, hasOutcomes(prompted.main) else { return [] }
    let result = try TaskFigures(prompted.main, task: task, unseenTask: unseenTask).result
    var pairs: Pairs = []
    for style in ["instruction", "succinct", "conversational", "inverted"] {
      let ids = Set(task.templates.filter { ($0.style ?? "instruction") == style }.map(\.id))
      guard !ids.isEmpty else { continue }
      let cells = cells.map { cell -> (String, Value) in
        let figures = (cell.name == "seen" ? result.seen : result.unseen)?.templates.filter {
          ids.contains($0.id)
        }
        guard let figures, let spread = Distribution(figures.map(\.value)) else { return (cell.name, .null) }
        var values: Pairs = [
          ("templates", integer(figures.count)), ("n", integer(figures.reduce(0) { $0 + $1.n })),
          ("median", .number(spread.median)), ("mean", .number(spread.mean)),
        ]
        let read = (prompted.readings[cell.cell] ?? [:]).filter { ids.contains($0.key) }
        if !read.isEmpty { values.append(("parsing", reading(ReadingCounts(read.values)))) }
        return (cell.name, dictionary(values))
      }
      pairs.append((style, dictionary(cells)))
    }
    return [("styles", dictionary(pairs))]
  }

  private func reading(_ counts: ReadingCounts) -> Value {
    let kinds = zip(AnswerKind.allCases, counts.byKind).filter { $0.1.texts > 0 }
    func share(_ part: Int, _ whole: Int) -> Value {
      whole > 0 ? .number(Double(part) / Double(whole)) : .null
    }
    return dictionary([
      ("n", integer(counts.total)), ("parsed", integer(counts.parsed)),
      ("parse_rate", share(counts.parsed, counts.total)), ("value", share(counts.correct, counts.total)),
      ("value_of_parsed", share(counts.correct, counts.parsed)),
      (
        "kinds",
        dictionary(
          kinds.map {
            ($0.rawValue, dictionary([("n", integer($1.texts)), ("parsed", integer($1.parsed))]))
          })
      ),
    ])
  }
}

extension PromptingSettings {
  /// What `results.json` says of how models were asked.
  ///
  /// - Parameter contents: what stands in the record's place in content-free prompts.
  func pairs(contents: [String]) -> [(String, Value)] {
    var pairs: [(String, Value)] = [
      ("shots", integer(shots)), ("format", .string(framing == .continued ? "continued" : "marked")),
    ]
    if shots > 0 {
      pairs.append(
        (
          "exemplars",
          dictionary([
            ("choice", .string(choice.rawValue)), ("templates", .string(exemplarTemplates.rawValue)),
            ("orders", integer(orders)),
          ])
        ))
    }
    if let first = calibrations.first {
      pairs.append(
        (
          "calibration",
          dictionary([
            ("method", .string(first.rawValue)),
            ("comparisons", .list(calibrations.dropFirst().map { .string($0.rawValue) })),
            ("inputs", .list(contents.map(Value.string))),
          ])
        ))
    }
    if let chainOfThought {
      pairs.append(
        (
          "chain_of_thought",
          dictionary([
            ("triggers", .list(chainOfThought.triggers.map(Value.string))),
            ("samples", integer(chainOfThought.samples)),
            ("temperature", .number(chainOfThought.temperature)),
            ("maximum_tokens", integer(chainOfThought.maximumTokens)),
          ])
        ))
    }
    return pairs
  }
}

private func dictionary(_ pairs: [(String, Value)]) -> Value { .dictionary(ValueDictionary(pairs)) }
private func integer(_ number: Int) -> Value { .integer(Int64(number)) }
