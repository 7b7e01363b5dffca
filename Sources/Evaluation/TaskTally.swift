internal import Metrics
internal import Records

/// The outcomes of one task's predictions, kept small: the texts are in the predictions file.
struct TaskTally: Sendable {
  struct Outcome: Sendable {
    var template: Int32
    var record: Int32
    var isCorrect: Bool
    /// Right by `acc_norm` and `acc_bytes`; nil for generation.
    var byLength: (characters: Bool, bytes: Bool)?
    /// 0 for generation.
    var choices: Int32
    /// Where the target stands among the choices; −1 for generation or a target that is no choice.
    var targetPosition: Int32
    var target: Int32
    /// What the answer contributes to the metric; empty where it is no more than right or wrong.
    var evidence: [Double]
    /// The probability of the choice taken among the choices; NaN for generation.
    var confidence: Float

    /// What the answer contributes to the metric.
    var contribution: [Double] { evidence.isEmpty ? [isCorrect ? 1 : 0] : evidence }
  }

  let metric: Metric
  private var classes = ClassNames()

  private(set) var outcomes: [EvaluationCell: [Outcome]] = [:]
  private(set) var templates = NameIndex()
  private(set) var records = NameIndex()
  private(set) var targets = NameIndex()
  /// How many targets every example has; nil where the numbers differ.
  private(set) var targetCount: Int?
  private var isFirst = true

  init(_ metric: Metric) { self.metric = metric }

  /// - Parameter choice: what is taken in place of the prediction's own answer.
  mutating func add(_ prediction: Prediction, choice: Int? = nil) {
    let example = prediction.example
    let answer = choice.map { example.choices[$0] } ?? prediction.answer
    let isCorrect = choice.map { isExactMatch(example.choices[$0], example.targets) } ?? prediction.isCorrect
    if isFirst { targetCount = example.targets.count }
    if targetCount != example.targets.count { targetCount = nil }
    isFirst = false
    func isRight(_ choice: Int) -> Bool { isExactMatch(example.choices[choice], example.targets) }
    var byLength = prediction.ranking.map {
      (isRight($0.classification.bestByCharacters), isRight($0.classification.bestByBytes))
    }
    // Whatever an answer is divided by, none is wrong.
    if prediction.failure != nil, !example.choices.isEmpty { byLength = (false, false) }
    var evidence: [Double] = []
    if !metric.isShareOfRight {
      evidence = metric.evidence(
        answer, targets: example.targets, isRight: isCorrect, classes: &classes)
    }
    let confidence = prediction.ranking.flatMap { CalibrationError.confidence($0.logLikelihoods) }
    outcomes[prediction.cell, default: []].append(
      Outcome(
        template: Int32(clamping: templates.number(of: example.template)),
        record: Int32(clamping: records.number(of: example.record)),
        isCorrect: isCorrect,
        byLength: byLength, choices: Int32(clamping: example.choices.count),
        targetPosition: Int32(clamping: example.targetPosition ?? -1),
        target: Int32(clamping: targets.number(of: example.target)), evidence: evidence,
        confidence: confidence.map(Float.init) ?? .nan))
  }
}
