internal import Bytes
internal import Records
internal import Transformer

/// Scores examples through a model, keeping their order.
struct BatchScoring {
  var scorer: any Scorer
  var threads: Int
  var maximumTokens: Int
  /// Prompts that were too long for the model, so far.
  private(set) var cuts = PromptCuts()

  init(scorer: any Scorer, threads: Int, maximumTokens: Int) {
    self.scorer = scorer
    self.threads = threads
    self.maximumTokens = maximumTokens
  }

  /// Ranks the choices of the examples that have some and lets the model write for the others.
  mutating func predictions(_ examples: [Example], cell: EvaluationCell) throws -> [Prediction] {
    let ranked = examples.filter { !$0.choices.isEmpty }
    let free = examples.filter { $0.choices.isEmpty }
    var scores: ArraySlice<[Double]> = []
    var texts: ArraySlice<String> = []
    if !ranked.isEmpty {
      let requests = ranked.map { ScoringRequest(prompt: scorer.prompt(of: $0), choices: $0.choices) }
      count(scorer.cuts(of: requests))
      scores = try scorer.logLikelihoods(requests, threads: threads)[...]
      try check(scores.map(\.count), ranked.map(\.choices.count))
    }
    if !free.isEmpty {
      let prompts = free.map { scorer.prompt(of: $0) }
      count(scorer.cuts(of: prompts, maximumTokens: maximumTokens))
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

  private mutating func count(_ more: PromptCuts) {
    cuts.prompts += more.prompts
    cuts.tokens += more.tokens
  }

  private func check(_ found: [Int], _ expected: [Int]) throws(Diagnostic) {
    guard found == expected else {
      throw Diagnostic(
        "the model answered \(found.reduce(0, +)) of \(expected.reduce(0, +)) questions", cause: .environment)
    }
  }
}
