internal import Bytes
internal import JSON
internal import Metrics
internal import Records
internal import Transformer

/// How an evaluation is run. `threads` and `batch` have no say in results.
public struct EvaluationSettings: Sendable, Hashable {
  public var threads = 1
  /// Examples given to the model at a time.
  public var batch = 256
  /// Tokens at most of a generated answer; fewer where no target is that long.
  public var maximumTokens = 128
  /// Bootstrap replicates.
  public var resamples = 2_000
  /// The share of replicates inside an interval.
  public var level = 0.95
  /// The seed of the bootstrap and of everything that is drawn for prompts; nil: the mixture's.
  public var seed: UInt64?
  /// What stands before questions, and how answers are judged; it has a say in results, too.
  public var prompting = PromptingSettings()

  public init() {}
}

/// How far an evaluation is.
public struct EvaluationProgress: Sendable, Hashable {
  /// Examples.
  public var done: Int
  public var total: Int
  /// At the speed so far; nil before the first batch. For people only: nothing that is written depends on it.
  public var secondsLeft: Double?
}

/// Evaluates a model on a built mixture: predictions of every example of the three cells and their figures.
public struct Evaluator {
  public var folder: String
  public var settings: EvaluationSettings
  /// Renders steps; nil: templates that are divided into steps ask with their own prompt.
  public var steps: (any StepPrompts)?

  /// - Parameter folder: a mixture's folder, with `manifest.json` and `evaluation/`.
  public init(folder: String, settings: EvaluationSettings = EvaluationSettings()) {
    self.folder = folder
    self.settings = settings
  }

  /// Writes `evaluation/predictions.jsonl` and `evaluation/results.json`.
  ///
  /// - Parameter progress: called before the first and after each batch.
  /// - Returns: the figures of `results.json`.
  /// - Throws: `Diagnostic` for a damaged mixture, what the scorer throws, and what `progress` throws (which
  ///   stops the evaluation; nothing half-written stays).
  @discardableResult
  public func run(
    _ scorer: any Scorer, model: ModelIdentity, progress: (EvaluationProgress) throws -> Void = { _ in }
  ) throws -> EvaluationResults {
    let mixture = try MixtureSummary(folder: folder)
    var tasks = NameIndex()
    for task in mixture.tasks { _ = tasks.number(of: task.name) }
    guard tasks.names.count == mixture.tasks.count else {
      throw Diagnostic("\(folder)/manifest.json: two tasks have the same name; build the mixture again")
    }
    let survey = try EvaluationSurvey(folder: folder, mixture: mixture, tasks: tasks)
    // An answer longer than every target can only be wrong, where that is all that is asked. A token has at
    // least one byte; sixteen more leave room for blanks that do not count.
    let enough = survey.longestFreeTarget + 16
    let isRightOrWrong = mixture.tasks.allSatisfy(\.metric.isShareOfRight)
    let prompting = settings.prompting
    let seed = settings.seed ?? mixture.seed
    let needsContentFree = prompting.calibrations.contains(where: \.needsContentFree)
    let contentFree = needsContentFree ? try ContentFreePrompts(folder: folder) : nil
    var asking = Asking(
      scorer, prompting, threads: max(1, settings.threads), seed: seed,
      maximumTokens: max(1, settings.maximumTokens),
      freeTokens: max(1, isRightOrWrong ? min(settings.maximumTokens, enough) : settings.maximumTokens),
      kinds: survey.freeAnswers,
      templates: try AskedTemplates(mixture, folder: folder, steps),
      names: tasks, pool: prompting.shots > 0 ? try ExemplarPool(folder: folder, tasks: tasks) : nil,
      contentFree: contentFree)
    var file = try AtomicFile(path: folder + "/evaluation/predictions.jsonl")
    var line = ByteBuffer()
    var tallies = mixture.tasks.map { PromptedTask(prompting, $0.metric) }
    let arms = AskingArm.all(prompting)
    var clock = ProgressClock(total: survey.total)
    try progress(clock.progress)
    for cell in EvaluationCell.allCases where survey.examples[cell] != nil {
      try ExampleBatches.read(cell.path(in: folder), size: settings.batch) { examples in
        for (number, arm) in arms.enumerated() {
          for prediction in try asking.predictions(examples, cell: cell, arm) {
            if let task = tasks.existing(prediction.example.task) {
              tallies[task].add(prediction, arm: number)
            }
            guard number == 0 else { continue }
            line.removeAll()
            prediction.appendLine(to: &line)
            try line.withBytes { bytes throws(Diagnostic) in try file.write(bytes) }
          }
        }
        clock.advance(examples.count)
        try progress(clock.progress)
      }
      for place in tallies.indices { tallies[place].finishCell() }
    }
    var results = try EvaluationResults(
      Array(zip(mixture.tasks, tallies)), mixture: mixture, model: model, predictions: file.commit(),
      examples: survey.examples, prompting: prompting, contents: contentFree?.contents ?? [],
      notes: asking.notes(asked: survey.total * arms.count),
      bootstrap: BootstrapSettings(resamples: settings.resamples, level: settings.level, seed: seed))
    results.add(scorer.account)
    var written = try AtomicFile(path: folder + "/evaluation/results.json")
    try written.write(JSONText.document(results.value))
    _ = try written.commit()
    return results
  }
}

/// The examples of a file in groups of one size (the last may be smaller).
private enum ExampleBatches {
  static func read(_ path: String, size: Int, _ body: ([Example]) throws -> Void) throws {
    var batch: [Example] = []
    try ExampleLines.read(path) { example in
      batch.append(example)
      if batch.count >= max(1, size) {
        try body(batch)
        batch.removeAll(keepingCapacity: true)
      }
    }
    if !batch.isEmpty { try body(batch) }
  }
}

/// Tells the time left from the speed so far.
private struct ProgressClock {
  private let start = ContinuousClock.now
  private(set) var progress: EvaluationProgress

  init(total: Int) { progress = EvaluationProgress(done: 0, total: total, secondsLeft: nil) }

  mutating func advance(_ count: Int) {
    progress.done += count
    let elapsed = start.duration(to: .now) / .seconds(1)
    progress.secondsLeft = elapsed / Double(progress.done) * Double(progress.total - progress.done)
  }
}
