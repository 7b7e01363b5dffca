public import Records
public import Transformer

/// What is evaluated: anything that gives log-likelihoods of answers and writes answers of its own.
///
/// All functions must be pure: the same calls give the same numbers and texts for any number of threads. How
/// requests are grouped into calls may change the last bits alone, which rounding to four decimals takes away (see
/// `roundedLogLikelihood`); who wants the same bytes groups them the same way. A request that cannot be
/// answered gives a failure in its place; what stops everything is thrown.
public protocol Scorer {
  /// Log-likelihoods of whole choices.
  ///
  /// - Parameter requests: any number, of any mixture of tasks.
  /// - Returns: for each request, in order, a score for each of its choices.
  func scores(
    _ requests: [ScoringRequest], threads: Int
  ) throws -> [Result<[ChoiceScore], RequestFailure>]

  /// Continuations, one a request, in order.
  func generate(
    _ requests: [GenerationRequest], threads: Int
  ) throws -> [Result<GeneratedText, RequestFailure>]

  /// What of an example the model reads as its prompt.
  func prompt(of example: Example) -> String

  /// How many tokens each request takes, its longest answer included, and how many there may be; nil where the
  /// model does not tell. What decides how many exemplars fit.
  func lengths(of requests: [ScoringRequest]) -> (tokens: [Int], limit: Int)?

  /// How many of these prompts lose a part because they are too long for the model.
  func cuts(of requests: [ScoringRequest]) -> PromptCuts

  /// The same for prompts to be continued.
  func cuts(of requests: [GenerationRequest]) -> PromptCuts
}

extension Scorer {
  public func prompt(of example: Example) -> String { example.input }
  public func lengths(of requests: [ScoringRequest]) -> (tokens: [Int], limit: Int)? { nil }
  public func cuts(of requests: [ScoringRequest]) -> PromptCuts { PromptCuts() }
  public func cuts(of requests: [GenerationRequest]) -> PromptCuts { PromptCuts() }
}

extension LanguageModel: Scorer {
  public func prompt(of example: Example) -> String { prompt(example.input, task: example.task) }
}
