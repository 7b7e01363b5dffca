/// A prompt and the answers whose likelihoods after it are wanted.
public struct ScoringRequest: Sendable, Hashable {
  /// The input as a person reads it; the model's own marks are put around it.
  public var prompt: String
  public var choices: [String]

  public init(prompt: String, choices: [String]) {
    self.prompt = prompt
    self.choices = choices
  }
}

/// How many prompts were too long for the model's context, and how many tokens were cut from their fronts.
public struct PromptCuts: Sendable, Hashable {
  public var prompts: Int
  public var tokens: Int

  public init(prompts: Int = 0, tokens: Int = 0) {
    self.prompts = prompts
    self.tokens = tokens
  }
}
