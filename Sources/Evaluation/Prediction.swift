internal import Bytes
internal import JSON
package import Records
package import Transformer

/// A model's answer to one example; a line of `evaluation/predictions.jsonl`.
package struct Prediction: Sendable {
  package var example: Example
  package var cell: EvaluationCell
  /// The choice taken or the text written; empty where there is no answer.
  package var answer: String
  package var isCorrect: Bool
  /// Rank classification: the choices' log-likelihoods to four decimals and the ranking; nil for generation.
  package var ranking: Ranking?
  /// Read out of a text; nil where the whole text is the answer.
  package var reading: Reading?
  /// The records of the exemplars, in the order in which they stood.
  package var exemplars: [String] = []
  /// What came before the answer, one a sample.
  package var reasonings: [String] = []
  /// The answer of each sample, where there are several.
  package var votes: [String?] = []
  /// What the model answered on the way, where the template asks step by step.
  package var steps: [StepAnswer] = []
  /// Why there is no answer.
  package var failure: RequestFailure?

  package struct Ranking: Sendable {
    package var logLikelihoods: [Double]
    package var classification: RankClassification
    /// One a method.
    package var calibrated: [CalibratedRanking] = []
  }

  package struct Reading: Sendable {
    /// The text.
    package var reply: String
    /// nil where the text holds no answer.
    package var parsed: String?
    package var kind: AnswerKind
    /// The choice that the answer stands for.
    package var choice: Int?
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
  }

  /// By generation, with the answer read out of the text.
  ///
  /// - Parameter parsed: nil where the text holds no answer, which counts as wrong.
  package init(
    _ example: Example, cell: EvaluationCell, reply: String, parsed: String?, _ extraction: AnswerExtraction
  ) {
    self.example = example
    self.cell = cell
    answer = parsed ?? ""
    isCorrect = parsed.map { extraction.isRight($0, example.targets) } ?? false
    reading = Reading(
      reply: reply, parsed: parsed, kind: extraction.kind, choice: parsed.flatMap(extraction.choice))
  }

  /// No answer, which counts as wrong.
  package init(_ example: Example, cell: EvaluationCell, failure: RequestFailure) {
    self.example = example
    self.cell = cell
    answer = ""
    isCorrect = false
    self.failure = failure
  }

  /// The place of the choice taken; nil where none was.
  package var choice: Int? { ranking?.classification.best ?? reading?.choice }

  func appendLine(to buffer: inout ByteBuffer) {
    var line = ValueDictionary()
    line["task"] = .string(example.task)
    line["template"] = .string(example.template)
    line["record"] = .string(example.record)
    line["cell"] = .string(cell.rawValue)
    line["index"] = .integer(Int64(example.index))
    line["prediction"] = failure == nil ? .string(answer) : .null
    line["target"] = .string(example.target)
    line["correct"] = .boolean(isCorrect)
    if let choice { line["choice"] = .integer(Int64(choice)) }
    if let ranking { line["log_likelihoods"] = .list(ranking.logLikelihoods.map(Value.number)) }
    appendPrompting(to: &line)
    JSONText.append(.dictionary(line), to: &buffer)
    buffer.append(10)
  }

  /// What only some ways of asking give.
  private func appendPrompting(to line: inout ValueDictionary) {
    if let first = ranking?.calibrated.first {
      line["calibrated_choice"] = .integer(Int64(first.choice))
      line["calibrated"] = .list(first.scores.map(Value.number))
      line["content_free"] = .list(first.leaning.map(Value.number))
    }
    if let reading {
      line["parsed"] = reading.parsed.map(Value.string) ?? .null
      line["answer_kind"] = .string(reading.kind.rawValue)
      line["reply"] = .string(reading.reply)
    }
    if reasonings.count == 1 { line["reasoning"] = .string(reasonings[0]) }
    if reasonings.count > 1 { line["reasonings"] = .list(reasonings.map(Value.string)) }
    if !votes.isEmpty { line["votes"] = .list(votes.map { $0.map(Value.string) ?? .null }) }
    if !exemplars.isEmpty { line["exemplars"] = .list(exemplars.map(Value.string)) }
    if !steps.isEmpty {
      line["steps"] = .list(
        steps.map { step in
          .dictionary(
            ValueDictionary([
              ("name", .string(step.name)),
              step.isLoop
                ? ("answers", .list(step.answers.map(Value.string)))
                : ("answer", .string(step.answers.first ?? "")),
            ]))
        })
    }
    if let failure {
      line["failure"] = .dictionary(
        ValueDictionary([("kind", .string(failure.kind.rawValue)), ("message", .string(failure.message))]))
    }
  }
}

extension Example {
  /// The first target and the alternatives: everything that counts as right.
  var targets: [String] { [target] + alternatives }

  /// Where the first of the targets stands among the choices; nil for generation and for a target that is
  /// no choice.
  var targetPosition: Int? { choices.firstIndex { isExactMatch($0, targets) } }
}
