public import Records
public import Transformer

/// What is evaluated: anything that gives log-likelihoods of answers and writes answers of its own.
///
/// All functions must be pure: the same requests give the same numbers and texts for any number of threads
/// and however the requests are grouped into calls. The results file depends on it.
public protocol Scorer {
  /// Log-likelihoods of whole choices.
  ///
  /// - Parameter requests: any number, of any mixture of tasks.
  /// - Returns: for each request, for each of its choices, the natural logarithm of the probability of the
  ///   choice after the prompt: the sum over the choice's tokens.
  func logLikelihoods(_ requests: [ScoringRequest], threads: Int) throws -> [[Double]]

  /// Greedy continuations (the most probable token at each step), one a prompt, without the end mark.
  ///
  /// - Parameter maximumTokens: tokens at most of each continuation.
  func generate(_ prompts: [String], maximumTokens: Int, threads: Int) throws -> [String]

  /// What of an example the model reads as its prompt.
  func prompt(of example: Example) -> String

  /// How many of these prompts lose a part because they are too long for the model.
  func cuts(of requests: [ScoringRequest]) -> PromptCuts

  /// The same for prompts to be continued.
  func cuts(of prompts: [String], maximumTokens: Int) -> PromptCuts
}

extension Scorer {
  public func prompt(of example: Example) -> String { example.input }
  public func cuts(of requests: [ScoringRequest]) -> PromptCuts { PromptCuts() }
  public func cuts(of prompts: [String], maximumTokens: Int) -> PromptCuts { PromptCuts() }
}

extension LanguageModel: Scorer {
  public func prompt(of example: Example) -> String { prompt(example.input, task: example.task) }
}
