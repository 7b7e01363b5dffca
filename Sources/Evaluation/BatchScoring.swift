internal import Bytes
internal import Records

/// Scores examples through a model, keeping their order.
struct BatchScoring {
  var scorer: any Scorer
  var threads: Int
  var maximumTokens: Int

  /// Ranks the choices of the examples that have some and lets the model write for the others.
  func predictions(_ examples: [Example], cell: EvaluationCell) throws -> [Prediction] {
    let ranked = examples.filter { !$0.choices.isEmpty }
    let free = examples.filter { $0.choices.isEmpty }
    var scores: ArraySlice<[Double]> = []
    var texts: ArraySlice<String> = []
    if !ranked.isEmpty {
      let questions = ranked.map { RankingQuestion(prompt: $0.input, choices: $0.choices) }
      scores = try scorer.logLikelihoods(questions, threads: threads)[...]
      try check(scores.map(\.count), ranked.map(\.choices.count))
    }
    if !free.isEmpty {
      let prompts = free.map(\.input)
      texts = try scorer.generate(prompts, maximumTokens: maximumTokens, threads: threads)[...]
      try check([texts.count], [free.count])
    }
    return try examples.map { example in
      if example.choices.isEmpty {
        return Prediction(example, cell: cell, generated: texts.popFirst() ?? "")
      }
      let values = scores.popFirst() ?? []
      if values.contains(where: { $0.isNaN || $0 == .infinity }) {
        throw Diagnostic(
          "the model's log-likelihoods are not numbers for the task '\(example.task)', template "
            + "'\(example.template)', record \(example.record); the checkpoint is damaged or training "
            + "diverged: train again, with a lower learning rate")
      }
      return Prediction(example, cell: cell, logLikelihoods: values)
    }
  }

  private func check(_ found: [Int], _ expected: [Int]) throws(Diagnostic) {
    guard found == expected else {
      throw Diagnostic(
        "the model answered \(found.reduce(0, +)) of \(expected.reduce(0, +)) questions", cause: .environment)
    }
  }
}
