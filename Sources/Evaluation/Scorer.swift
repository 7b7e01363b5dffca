/// A prompt and the answers to compare after it.
public struct RankingQuestion: Sendable, Hashable {
  public var prompt: String
  public var choices: [String]

  public init(prompt: String, choices: [String]) {
    self.prompt = prompt
    self.choices = choices
  }
}

/// What is evaluated: anything that gives log-likelihoods of answers and writes answers of its own.
///
/// Both functions must be pure: the same questions give the same numbers and texts for any number of
/// threads and however the questions are grouped into calls. The results file depends on it.
public protocol Scorer {
  /// Log-likelihoods of whole choices.
  ///
  /// - Parameter questions: any number, in any mixture of tasks.
  /// - Returns: for each question, for each of its choices, the natural logarithm of the probability of
  ///   the choice after the prompt: the sum over the choice's tokens.
  func logLikelihoods(_ questions: [RankingQuestion], threads: Int) throws -> [[Double]]

  /// Greedy continuations (the most probable token at each step), one a prompt, without the end mark.
  ///
  /// - Parameter maximumTokens: tokens at most of each continuation.
  func generate(_ prompts: [String], maximumTokens: Int, threads: Int) throws -> [String]
}

/// Which model the figures belong to.
public struct ModelIdentity: Sendable, Hashable {
  /// A path or name for people.
  public var name: String
  /// A hash of what decides the model's answers; nil where there is none to be had (a server).
  public var sha256: String?

  public init(name: String, sha256: String?) {
    self.name = name
    self.sha256 = sha256
  }
}
