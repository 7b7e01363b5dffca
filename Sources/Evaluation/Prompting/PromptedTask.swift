internal import Bytes
internal import Metrics
internal import Records
internal import Transformer

/// What became of one task's questions, in every way in which they were asked and judged.
struct PromptedTask: Sendable {
  /// As they were answered.
  private(set) var main: TaskTally
  /// As they are after calibration, one a method.
  private(set) var calibrated: [TaskTally]
  /// In other orders and with other triggers, one a way of asking behind the first.
  private(set) var others: [TaskTally]
  private(set) var labels: [EvaluationCell: LabelCounts] = [:]
  /// By template.
  private(set) var readings: [EvaluationCell: [String: ReadingCounts]] = [:]
  private(set) var failures = FailureCounts()
  private let methods: [CalibrationMethod]
  /// Rankings that wait for the rest of their template, by template; texts that nobody needs again are gone.
  private var waiting: [[Prediction]] = []
  private var waitingTemplates = NameIndex()

  init(_ settings: PromptingSettings, _ metric: Metric) {
    methods = settings.calibrations
    main = TaskTally(metric)
    calibrated = methods.map { _ in TaskTally(metric) }
    others = AskingArm.all(settings).dropFirst().map { _ in TaskTally(metric) }
  }

  /// - Parameter arm: 0 for the way of asking that gives the figures.
  mutating func add(_ prediction: Prediction, arm: Int) {
    guard arm == 0 else { return others[arm - 1].add(prediction) }
    main.add(prediction)
    if let failure = prediction.failure { failures.add(failure, template: prediction.example.template) }
    if let reading = prediction.reading {
      readings[prediction.cell, default: [:]][prediction.example.template, default: ReadingCounts()].add(
        reading, isCorrect: prediction.isCorrect)
    }
    guard !methods.isEmpty else { return }
    if methods.contains(.batch) { wait(prediction) }
    if !prediction.example.choices.isEmpty {
      labels[prediction.cell, default: LabelCounts(methods.count)].add(prediction)
    }
    for (place, method) in methods.enumerated() where method != .batch {
      // What cannot be calibrated counts as it is.
      judge(prediction, prediction.ranking?.calibrated.first { $0.method == method }, place)
    }
  }

  private mutating func judge(_ prediction: Prediction, _ ranking: CalibratedRanking?, _ place: Int) {
    guard let ranking else {
      calibrated[place].add(prediction)
      if let choice = prediction.choice { labels[prediction.cell]?.add(choice, method: place) }
      return
    }
    calibrated[place].add(prediction, choice: ranking.choice)
    labels[prediction.cell]?.add(ranking.choice, method: place)
  }

  private mutating func wait(_ prediction: Prediction) {
    let number = waitingTemplates.number(of: prediction.example.template)
    if number == waiting.count { waiting.append([]) }
    var kept = prediction
    kept.example.input = ""
    waiting[number].append(kept)
  }

  /// Calibrates by the means over the examples of each template, now that a cell is complete.
  mutating func finishCell() {
    guard let place = methods.firstIndex(of: .batch) else { return }
    for predictions in waiting {
      let rankings = predictions.compactMap(\.ranking?.logLikelihoods)
      // Where records have different choices, their places are what the model may lean to.
      let leaning = Calibration.contentFree(rankings)
      for prediction in predictions {
        let ranking = prediction.ranking.flatMap { ranking in
          leaning.map {
            CalibratedRanking(.batch, Calibration.divided(ranking.logLikelihoods, by: $0), leaning: $0)
          }
        }
        judge(prediction, ranking, place)
      }
    }
    waiting = []
    waitingTemplates = NameIndex()
  }
}

/// Questions without an answer.
struct FailureCounts: Sendable {
  private(set) var total = 0
  private(set) var firstMessage = ""
  private(set) var byKind: [String: Int] = [:]
  private(set) var templates = NameIndex()
  private(set) var byTemplate: [Int] = []

  mutating func add(_ failure: RequestFailure, template: String) {
    if total == 0 { firstMessage = failure.message }
    total += 1
    byKind[failure.kind.rawValue, default: 0] += 1
    let number = templates.number(of: template)
    if number == byTemplate.count { byTemplate.append(0) }
    byTemplate[number] += 1
  }
}

/// How many answers could be read out of texts.
struct ReadingCounts: Sendable {
  private(set) var total = 0
  private(set) var parsed = 0
  private(set) var correct = 0
  /// In the order of `AnswerKind.allCases`: texts, and those that held an answer.
  private(set) var byKind = AnswerKind.allCases.map { _ in (texts: 0, parsed: 0) }

  /// Of several templates together.
  init(_ parts: some Sequence<ReadingCounts>) {
    for part in parts {
      total += part.total
      parsed += part.parsed
      correct += part.correct
      for place in byKind.indices {
        byKind[place].texts += part.byKind[place].texts
        byKind[place].parsed += part.byKind[place].parsed
      }
    }
  }

  init() {}

  mutating func add(_ reading: Prediction.Reading, isCorrect: Bool) {
    total += 1
    if isCorrect { correct += 1 }
    guard let place = AnswerKind.allCases.firstIndex(of: reading.kind) else { return }
    byKind[place].texts += 1
    if reading.parsed != nil {
      parsed += 1
      byKind[place].parsed += 1
    }
  }
}

/// How often each place among the choices is right, and how often it is taken.
struct LabelCounts: Sendable {
  private(set) var gold: [Int] = []
  private(set) var before: [Int] = []
  /// One a method.
  private(set) var after: [[Int]]
  /// Whether all examples have equally many choices; else places mean nothing.
  private(set) var isEven = true

  init(_ methods: Int) { after = Array(repeating: [], count: methods) }

  mutating func add(_ prediction: Prediction) {
    let count = prediction.example.choices.count
    if gold.isEmpty {
      gold = Array(repeating: 0, count: count)
      before = gold
      after = after.map { _ in gold }
    }
    guard gold.count == count else {
      isEven = false
      return
    }
    if let target = prediction.example.targetPosition { gold[target] += 1 }
    if let choice = prediction.choice { before[choice] += 1 }
  }

  mutating func add(_ choice: Int, method: Int) {
    guard after[method].indices.contains(choice) else { return }
    after[method][choice] += 1
  }
}
