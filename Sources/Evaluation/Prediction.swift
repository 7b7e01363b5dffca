internal import Bytes
internal import JSON
package import Records

/// A model's answer to one example; a line of `evaluation/predictions.jsonl`.
package struct Prediction: Sendable {
  package var example: Example
  package var cell: EvaluationCell
  /// The choice taken or the text written.
  package var answer: String
  package var isCorrect: Bool
  /// Rank classification: the choices' log-likelihoods to four decimals and the ranking; nil for generation.
  package var ranking: Ranking?

  package struct Ranking: Sendable {
    package var logLikelihoods: [Double]
    package var classification: RankClassification
  }

  /// By choice, from log-likelihoods as many as the example has choices.
  package init(_ example: Example, cell: EvaluationCell, logLikelihoods: [Double]) {
    let rounded = logLikelihoods.map(roundedLogLikelihood)
    let classification = RankClassification(logLikelihoods: rounded, choices: example.choices)
    self.example = example
    self.cell = cell
    answer = example.choices[classification.best]
    isCorrect = isExactMatch(answer, example.targets)
    ranking = Ranking(logLikelihoods: rounded, classification: classification)
  }

  /// By generation.
  package init(_ example: Example, cell: EvaluationCell, generated: String) {
    self.example = example
    self.cell = cell
    answer = generated
    isCorrect = isExactMatch(generated, example.targets)
    ranking = nil
  }

  func appendLine(to buffer: inout ByteBuffer) {
    var line = ValueDictionary()
    line["task"] = .string(example.task)
    line["template"] = .string(example.template)
    line["record"] = .string(example.record)
    line["cell"] = .string(cell.rawValue)
    line["index"] = .integer(Int64(example.index))
    line["prediction"] = .string(answer)
    line["target"] = .string(example.target)
    line["correct"] = .boolean(isCorrect)
    if let ranking {
      line["choice"] = .integer(Int64(ranking.classification.best))
      line["log_likelihoods"] = .list(ranking.logLikelihoods.map(Value.number))
    }
    JSONText.append(.dictionary(line), to: &buffer)
    buffer.append(10)
  }
}

extension Example {
  /// The first target and the alternatives: everything that counts as right.
  var targets: [String] { [target] + alternatives }

  /// Where the first of the targets stands among the choices; nil for generation and for a target that is
  /// no choice.
  var targetPosition: Int? { choices.firstIndex { isExactMatch($0, targets) } }
}
