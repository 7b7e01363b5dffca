public import Bytes

/// A mixture with everything decided and nothing written: a pure function from an index to the record and
/// the template of that example.
public struct MixturePlan: Sendable {
  public let settings: MixtureSettings
  public let tasks: [PlannedTask]
  package let schedule: Schedule
  let seeds: SeedParts
  /// What is no error but deserves a word.
  public let warnings: [Diagnostic]

  /// Divides records and templates, computes rates and counts.
  ///
  /// - Parameters:
  ///   - tasks: in the order that decides ties; names are unique.
  /// - Throws: everything that is wrong with the settings or the tasks, at once where possible.
  ///   - threads: for what takes long; the plan does not depend on it.
  public init(_ tasks: [MixtureTask], settings: MixtureSettings, threads: Int = 1) throws(Diagnostics) {
    let problems = settingsProblems(settings, tasks)
    guard problems.isEmpty else { throw Diagnostics(problems) }
    let seeds = SeedParts(seed: settings.seed)
    var planned = try Self.divide(tasks, settings, seeds, threads: threads)
    try Self.share(&planned, settings, seeds)
    self.settings = settings
    self.seeds = seeds
    self.tasks = planned
    schedule = Schedule(
      counts: planned.map(\.count), names: planned.map(\.task.name), key: seeds.phases)
    warnings = planned.filter { !$0.isHeldOut && $0.count < $0.seen.count }.map { task in
      Diagnostic(
        "task '\(task.task.name)' gets \(task.count) examples, fewer than its \(task.seen.count) seen "
          + "templates; raise the total or its scale, or some are never trained on", severity: .warning)
    }
  }

  /// The number of training examples.
  public var total: Int { schedule.total }

  /// What the training example at an index is made from, without computing those before it.
  package func example(at index: Int) -> PlannedExample { example(schedule.place(at: index)) }

  /// What the j-th training example of a task is made from.
  package func example(_ place: Schedule.Place) -> PlannedExample {
    // In place: a copy of the task would count a dozen references for each example.
    let inner =
      tasks[place.task].formSchedule?.place(at: place.ordinal)
      ?? Schedule.Place(task: 0, ordinal: place.ordinal)
    guard let choice = tasks[place.task].forms[inner.task].order?.choice(inner.ordinal) else {
      preconditionFailure("a task with examples has an order")
    }
    var example = PlannedExample(
      task: place.task, record: Int(tasks[place.task].records.train[choice.record]),
      template: tasks[place.task].forms[inner.task].templates[choice.template])
    example.form = tasks[place.task].forms[inner.task].form
    if example.form == .fewShot {
      example.exemplars = exemplars(of: example, tasks[place.task].forms[inner.task], ordinal: inner.ordinal)
    }
    return example
  }

  private static func share(
    _ tasks: inout [PlannedTask], _ settings: MixtureSettings, _ seeds: SeedParts
  ) throws(Diagnostics) {
    let trained = tasks.indices.filter { !tasks[$0].isHeldOut }
    let inputs = trained.map { place in
      RateInput(
        name: tasks[place].task.name, records: tasks[place].trainingRecords, scale: tasks[place].task.scale,
        cap: settings.caps[tasks[place].task.name], cluster: tasks[place].task.cluster)
    }
    let weights: [Double]
    if settings.parts.isEmpty {
      weights = try rateWeights(
        inputs, rule: settings.rates, cap: settings.cap, temperature: settings.temperature,
        clusterCaps: settings.clusterCaps, total: settings.total)
    } else {
      var root = MixturePart(name: settings.name)
      (root.parts, root.rates, root.cap) = (settings.parts, settings.rates, settings.cap)
      root.temperature = settings.temperature
      var nested = NestedRates(inputs, total: settings.total)
      weights = try nested.weights(root, known: tasks.map(\.task.name))
    }
    let shares: ExactShares
    do throws(Diagnostic) { shares = try ExactShares(weights) } catch { throw Diagnostics(error) }
    let (rates, counts) = (shares.rates, shares.counts(total: settings.total))
    var problems: [Diagnostic] = []
    for (number, place) in trained.enumerated() {
      tasks[place].rate = rates[number]
      tasks[place].count = counts[number]
      do throws(Diagnostic) { try tasks[place].plan(settings.forms, seeds) } catch { problems.append(error) }
      if counts[number] == 0 {
        problems.append(
          Diagnostic(
            "task '\(tasks[place].task.name)' gets none of the \(settings.total) examples (its rate is "
              + "\(rates[number])); raise the total or its weight, or leave the task out"))
      }
    }
    for share in settings.forms
    where !trained.contains(where: { place in tasks[place].forms.contains { $0.form == share.form } }) {
      problems.append(
        Diagnostic(
          "no task has a template for the form '\(share.form.rawValue)'; write one with 'style: "
            + "\(share.form.rawValue)', or leave the form out"))
    }
    guard problems.isEmpty else { throw Diagnostics(problems) }
  }
}
