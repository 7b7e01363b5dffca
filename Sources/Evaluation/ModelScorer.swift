public import Transformer

/// One of our own models as what is evaluated.
public struct ModelScorer: Scorer {
  private let model: LanguageModel

  public init(_ model: LanguageModel) { self.model = model }

  public func logLikelihoods(_ questions: [RankingQuestion], threads: Int) throws -> [[Double]] {
    let requests = questions.map { ScoringRequest(prompt: $0.prompt, choices: $0.choices) }
    return try model.logLikelihoods(requests, threads: threads)
  }

  public func generate(_ prompts: [String], maximumTokens: Int, threads: Int) throws -> [String] {
    try model.generate(prompts, maximumTokens: maximumTokens, threads: threads)
  }
}
