import Bytes

/// A trained model with its tokenizer, ready to score and to answer. May be shared between threads.
public final class LanguageModel: Sendable {
  public let configuration: ModelConfiguration

  init(configuration: ModelConfiguration) { self.configuration = configuration }

  /// Loads a folder in Hugging Face's layout: `config.json`, `tokenizer.json`, `model.safetensors`.
  ///
  /// - Throws: a `Diagnostic` for a missing or damaged file.
  public static func load(_ folder: String) throws -> LanguageModel {
    throw Diagnostic("cannot load '\(folder)': loading is still being built")
  }

  /// The log-likelihood of each choice after its prompt, natural logarithm, one list a request.
  ///
  /// The sum runs over the choice's tokens and the end token after them, so that a choice that begins
  /// another is not favoured. A prompt's tokens are computed once for all of its choices. A prompt too long
  /// for the context loses its front (see `cuts(of:)`), never a choice.
  ///
  /// The results do not depend on `threads`.
  ///
  /// - Throws: a `Diagnostic` for a choice that alone exceeds the context.
  public func logLikelihoods(_ requests: [ScoringRequest], threads: Int) throws -> [[Double]] {
    throw Diagnostic("scoring is still being built")
  }

  /// The most likely continuation of each prompt, token by token, until the end token or the limit.
  ///
  /// The results do not depend on `threads`.
  public func generate(_ prompts: [String], maximumTokens: Int, threads: Int) throws -> [String] {
    throw Diagnostic("generation is still being built")
  }

  /// How many of the requests' prompts are too long for the context, and by how much.
  public func cuts(of requests: [ScoringRequest]) -> PromptCuts { PromptCuts() }

  /// The same for prompts to be continued by up to `maximumTokens` tokens.
  public func cuts(of prompts: [String], maximumTokens: Int) -> PromptCuts { PromptCuts() }
}
