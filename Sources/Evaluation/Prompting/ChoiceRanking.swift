internal import Bytes
internal import Records
internal import Transformer

/// Answers questions with choices by the most likely one, with and without the model's leaning.
struct ChoiceRanking {
  private let scorer: any Scorer
  private let settings: PromptingSettings
  private let threads: Int
  private let contentFree: ContentFreePrompts?
  /// Log-likelihoods of prompts without content, which many questions share; nil where the model gave none.
  private var references: [ScoringRequest: [Double]?] = [:]
  private static let mostReferences = 16_384
  /// Questions that could not be calibrated.
  private(set) var uncalibrated = 0
  private(set) var cuts = PromptCuts()

  init(
    _ scorer: any Scorer, _ settings: PromptingSettings, threads: Int, contentFree: ContentFreePrompts?
  ) {
    self.scorer = scorer
    self.settings = settings
    self.threads = threads
    self.contentFree = contentFree
  }

  /// - Parameter prompt: what the model reads of an example.
  mutating func predictions(
    _ questions: [Question], cell: EvaluationCell, prompt: (Example) -> String
  ) throws -> [Prediction] {
    guard !questions.isEmpty else { return [] }
    let requests = questions.map { request($0, $0.prompt) }
    cuts.add(scorer.cuts(of: requests))
    let scores = try scorer.scores(requests, threads: threads)
    try checkAnswers(scores.count, questions.count)
    var predictions: [Prediction] = []
    for (question, result) in zip(questions, scores) {
      switch result {
      case .success(let scores):
        let values = scores.map(\.logLikelihood)
        try check(values, question.example)
        predictions.append(Prediction(question.example, cell: cell, logLikelihoods: values))
      case .failure(let failure):
        predictions.append(Prediction(question.example, cell: cell, failure: failure))
      }
    }
    try calibrate(&predictions, questions, prompt)
    return predictions
  }

  private func request(_ question: Question, _ prompt: String) -> ScoringRequest {
    var asked = question
    asked.prompt = prompt
    return ScoringRequest(
      prompt: prompt, choices: asked.answers(question.example.choices, settings.framing),
      exemplars: question.solved, framing: settings.framing)
  }

  private mutating func calibrate(
    _ predictions: inout [Prediction], _ questions: [Question], _ prompt: (Example) -> String
  ) throws {
    guard let contentFree, settings.calibrations.contains(where: \.needsContentFree) else { return }
    // For each question those of its prompts without content, and the one of the template's last words.
    var asked: [(blank: [ScoringRequest], words: ScoringRequest?)] = []
    for question in questions {
      let blanks = contentFree.prompts(for: question.example)
      func text(_ input: String) -> String {
        var example = question.example
        example.input = input
        return prompt(example)
      }
      let isDomain = settings.calibrations.contains(.domain) && !blanks.isEmpty
      asked.append(
        (
          blanks.map { request(question, text($0.input)) },
          isDomain ? request(question, ContentFreePrompts.lastWords(blanks)) : nil
        ))
    }
    try look(up: asked.flatMap { $0.blank + ($0.words.map { [$0] } ?? []) })
    for place in predictions.indices {
      guard let ranking = predictions[place].ranking else { continue }
      let leaning = Calibration.contentFree(asked[place].blank.compactMap { references[$0] ?? nil })
      let domain = asked[place].words.flatMap { references[$0] ?? nil }.map(Calibration.normalized)
      if leaning == nil { uncalibrated += 1 }
      predictions[place].ranking?.calibrated = settings.calibrations.compactMap { method in
        let values = ranking.logLikelihoods
        return switch method {
        case .contextual:
          leaning.map { CalibratedRanking(method, Calibration.divided(values, by: $0), leaning: $0) }
        case .contextualDifference:
          leaning.map { CalibratedRanking(method, Calibration.difference(values, $0), leaning: $0) }
        case .domain:
          domain.map { CalibratedRanking(method, Calibration.divided(values, by: $0), leaning: $0) }
        case .batch: nil
        }
      }
    }
  }

  /// Asks the model for what is not known yet, each once.
  private mutating func look(up requests: [ScoringRequest]) throws {
    if references.count > Self.mostReferences { references.removeAll() }
    var missing: [ScoringRequest] = []
    for request in requests where references[request] == nil {
      references[request] = .some(nil)
      missing.append(request)
    }
    guard !missing.isEmpty else { return }
    let scores = try scorer.scores(missing, threads: threads)
    try checkAnswers(scores.count, missing.count)
    for (request, result) in zip(missing, scores) {
      guard case .success(let scores) = result, scores.allSatisfy({ $0.logLikelihood.isFinite }) else {
        continue
      }
      references[request] = scores.map(\.logLikelihood)
    }
  }

  private func check(_ values: [Double], _ example: Example) throws(Diagnostic) {
    try checkAnswers(values.count, example.choices.count)
    guard !values.contains(where: { $0.isNaN || $0 == .infinity }) else {
      throw Diagnostic(
        "the model's log-likelihoods are not numbers for the task '\(example.task)', template "
          + "'\(example.template)', record \(example.record); the checkpoint is damaged or training "
          + "diverged: train again, with a lower learning rate")
    }
  }
}

/// A ranking after the model's leaning was taken out.
package struct CalibratedRanking: Sendable {
  package var method: CalibrationMethod
  /// One a choice: probabilities, or their differences.
  package var scores: [Double]
  /// What was taken out.
  package var leaning: [Double]
  /// The place of the highest score, the first of equals.
  package var choice: Int

  init(_ method: CalibrationMethod, _ scores: [Double], leaning: [Double]) {
    self.method = method
    self.scores = scores
    self.leaning = leaning
    choice = scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
  }
}

extension PromptCuts {
  mutating func add(_ more: PromptCuts) {
    prompts += more.prompts
    tokens += more.tokens
  }
}

/// A model that leaves requests out breaks its promise.
func checkAnswers(_ found: Int, _ expected: Int) throws(Diagnostic) {
  guard found == expected else {
    throw Diagnostic("the model answered \(found) of \(expected) questions", cause: .environment)
  }
}
