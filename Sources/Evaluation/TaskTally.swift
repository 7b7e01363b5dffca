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
  }

  private(set) var outcomes: [EvaluationCell: [Outcome]] = [:]
  private(set) var templates = NameIndex()
  private(set) var records = NameIndex()
  private var targets = NameIndex()

  /// - Parameter isCorrect: nil: as the prediction says.
  mutating func add(_ prediction: Prediction, isCorrect: Bool? = nil) {
    let example = prediction.example
    func isRight(_ choice: Int) -> Bool { isExactMatch(example.choices[choice], example.targets) }
    var byLength = prediction.ranking.map {
      (isRight($0.classification.bestByCharacters), isRight($0.classification.bestByBytes))
    }
    // Whatever an answer is divided by, none is wrong.
    if prediction.failure != nil, !example.choices.isEmpty { byLength = (false, false) }
    outcomes[prediction.cell, default: []].append(
      Outcome(
        template: Int32(clamping: templates.number(of: example.template)),
        record: Int32(clamping: records.number(of: example.record)),
        isCorrect: isCorrect ?? prediction.isCorrect,
        byLength: byLength, choices: Int32(clamping: example.choices.count),
        targetPosition: Int32(clamping: example.targetPosition ?? -1),
        target: Int32(clamping: targets.number(of: example.target))))
  }
}
