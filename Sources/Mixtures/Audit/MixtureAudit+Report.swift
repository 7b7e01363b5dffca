public import Records

extension MixtureAudit {
  /// Whether nothing was found wrong.
  public var isClean: Bool { findings.isEmpty }

  /// How many things were found wrong.
  public var count: Int { findings.count }

  private var largestError: (task: Int, error: Double)? {
    mixture.tasks.indices.map { ($0, shares.error($0)) }.max { abs($0.1) < abs($1.1) }
  }

  private var largestWindow: (task: Int, found: Double, allowed: Double)? {
    mixture.tasks.indices.map { ($0, shares.window($0).found, shares.window($0).allowed) }
      .max { $0.1 / $0.2 < $1.1 / $1.2 }
  }

  /// The largest difference between how often two templates of a task were used.
  private var templateSpread: (task: Int, least: Int, most: Int)? {
    mixture.tasks.indices.compactMap { task -> (Int, Int, Int)? in
      let seen = mixture.tasks[task].templates.indices.filter { mixture.tasks[task].templates[$0].isSeen }
      let counts = seen.map { shares.tasks[task].templates[$0] }
      guard let least = counts.min(), let most = counts.max() else { return nil }
      return (task, least, most)
    }.max { $0.2 - $0.1 < $1.2 - $1.1 }
  }

  /// The figures and findings as `audit.json` has them.
  public var value: Value {
    func object(_ pairs: [(String, Value)]) -> Value { .dictionary(ValueDictionary(pairs)) }
    func integer(_ number: Int) -> Value { .integer(Int64(number)) }
    func overlapValue(_ figures: OverlapAudit.Figures) -> Value {
      object([
        ("records", integer(figures.records)), ("exact", integer(figures.exact)),
        ("grams_13", integer(figures.grams)), ("near", integer(figures.near)),
      ])
    }
    func visits(_ visits: RepeatAudit.Visits) -> Value {
      guard visits.counted > 0 else { return .null }
      return object([
        ("least", .integer(Int64(clamping: visits.least))), ("most", .integer(Int64(clamping: visits.most))),
        ("counted", integer(visits.counted)), ("share_counted", .number(visits.share)),
      ])
    }
    let tasks = mixture.tasks.indices.map { place -> Value in
      let (task, window) = (mixture.tasks[place], shares.window(place))
      let templates = task.templates.indices.filter { task.templates[$0].isSeen }.map {
        object([
          ("id", .string(task.templates[$0].id)), ("examples", integer(shares.tasks[place].templates[$0])),
        ])
      }
      return object([
        ("name", .string(task.name)), ("rate", .number(task.rate)),
        ("examples", integer(shares.tasks[place].count)),
        ("share_error", .number(shares.error(place))), ("window_error", .number(window.found)),
        ("window_bound", .number(window.allowed)),
        ("targets_in_input", integer(repeats.targetsInInput[place])), ("templates", .list(templates)),
        ("overlap", overlapValue(overlap.figures(task: place))),
      ])
    }
    let conflicts = repeats.conflicts
    return object([
      ("format_version", .integer(1)), ("manifest_sha256", .string(mixture.sha256)),
      ("clean", .boolean(isClean)),
      (
        "findings",
        .list(
          findings.kinds.map {
            object([
              ("kind", .string($0.kind)), ("count", integer($0.count)),
              ("examples", .list($0.examples.map(Value.string))),
            ])
          })
      ),
      (
        "examples",
        object([("training", integer(shares.examples)), ("evaluation", integer(evaluationExamples))])
      ),
      ("largest_share_error", .number(abs(largestError?.error ?? 0))),
      (
        "nearest_templates",
        templates.nearest.map {
          object([
            ("task", .string($0.task)), ("held_out", .string($0.heldOut)), ("training", .string($0.seen)),
            ("similarity", .number($0.similarity)),
          ])
        } ?? .null
      ),
      ("overlap", overlapValue(overlap.figures())),
      ("near_similarity", .number(overlap.similarity)),
      ("visits_per_record", visits(repeats.recordVisits)),
      ("visits_per_record_and_template", visits(repeats.pairVisits)),
      (
        "inputs_with_several_targets",
        object([("found", integer(conflicts.found)), ("of", integer(conflicts.of))])
      ),
      ("tasks", .list(tasks)),
    ])
  }

  /// Figures with their names, for people.
  public var lines: [(name: String, figure: String)] {
    var lines: [(String, String)] = []
    lines.append(("examples", "\(shares.examples) for training, \(evaluationExamples) for evaluation"))
    if let largest = largestError {
      lines.append(
        (
          "largest share error",
          "\(decimal(abs(largest.error))) examples (\(mixture.tasks[largest.task].name))"
        ))
    }
    if let window = largestWindow {
      lines.append(
        (
          "largest error of a stretch",
          "\(decimal(window.found)) examples of \(decimal(window.allowed)) allowed "
            + "(\(mixture.tasks[window.task].name))"
        ))
    }
    if let pair = templates.nearest {
      lines.append(
        (
          "nearest held-out template",
          "\(decimal(pair.similarity)) to training; '\(pair.heldOut)' and '\(pair.seen)' (\(pair.task))"
        ))
    }
    if let spread = templateSpread {
      lines.append(
        (
          "uses of a task's templates",
          "differ by \(spread.most - spread.least) at most (\(mixture.tasks[spread.task].name))"
        ))
    }
    let overlap = overlap.figures()
    lines.append(
      (
        "measured records in training",
        "\(overlap.exact) of \(overlap.records) themselves, \(overlap.grams) by 13 words, \(overlap.near) near "
          + "(MinHash from \(self.overlap.similarity))"
      ))
    for (name, visits) in [("record", repeats.recordVisits), ("record and template", repeats.pairVisits)]
    where visits.counted > 0 {
      let sample = visits.share < 1 ? ", of a sample of \(visits.counted)" : ""
      lines.append(("visits of a \(name)", "\(visits.least) to \(visits.most)\(sample)"))
    }
    let conflicts = repeats.conflicts
    lines.append(("inputs with several targets", "\(conflicts.found) of \(conflicts.of)"))
    lines.append(
      ("targets that stand in their input", "\(repeats.targetsInInput.reduce(0, +)) (without answer choices)")
    )
    return lines
  }

  /// What is wrong, a line each, with how many more there are of the kind.
  public var problems: [String] {
    findings.kinds.flatMap { kind in
      kind.examples
        + (kind.count > kind.examples.count
          ? ["… \(kind.count - kind.examples.count) more: \(kind.kind)"] : [])
    }
  }
}

/// Three decimals, enough to look at.
private func decimal(_ number: Double) -> String {
  guard number.isFinite, abs(number) < 1e12 else { return "\(number)" }
  return "\((number * 1_000).rounded() / 1_000)"
}
