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
    var scores: ArraySlice<Result<[ChoiceScore], RequestFailure>> = []
    var texts: ArraySlice<Result<GeneratedText, RequestFailure>> = []
    if !ranked.isEmpty {
      let requests = ranked.map { ScoringRequest(prompt: scorer.prompt(of: $0), choices: $0.choices) }
      count(scorer.cuts(of: requests))
      scores = try scorer.scores(requests, threads: threads)[...]
      try check(scores.count, ranked.count)
    }
    if !free.isEmpty {
      let requests = free.map {
        GenerationRequest(prompt: scorer.prompt(of: $0), maximumTokens: maximumTokens)
      }
      count(scorer.cuts(of: requests))
      texts = try scorer.generate(requests, threads: threads)[...]
      try check(texts.count, free.count)
    }
    return try examples.map { example in
      if example.choices.isEmpty {
        switch texts.popFirst() {
        case .success(let written)?: return Prediction(example, cell: cell, generated: written.text)
        case .failure(let failure)?: throw Diagnostic(failure.message)
        case nil: throw missing(0, 1)
        }
      }
      switch scores.popFirst() {
      case .success(let scores)?:
        try check(scores.count, example.choices.count)
        let values = scores.map(\.logLikelihood)
        if values.contains(where: { $0.isNaN || $0 == .infinity }) {
          throw Diagnostic(
            "the model's log-likelihoods are not numbers for the task '\(example.task)', template "
              + "'\(example.template)', record \(example.record); the checkpoint is damaged or training "
              + "diverged: train again, with a lower learning rate")
        }
        return Prediction(example, cell: cell, logLikelihoods: values)
      case .failure(let failure)?: throw Diagnostic(failure.message)
      case nil: throw missing(0, 1)
      }
    }
  }

  private mutating func count(_ more: PromptCuts) {
    cuts.prompts += more.prompts
    cuts.tokens += more.tokens
  }

  private func check(_ found: Int, _ expected: Int) throws(Diagnostic) {
    guard found == expected else { throw missing(found, expected) }
  }

  private func missing(_ found: Int, _ expected: Int) -> Diagnostic {
    Diagnostic("the model answered \(found) of \(expected) questions", cause: .environment)
  }
}
