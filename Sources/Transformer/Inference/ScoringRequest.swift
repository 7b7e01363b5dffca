/// A solved example that stands in a prompt before the question.
public struct Exemplar: Sendable, Hashable {
  public var input: String
  public var target: String

  public init(input: String, target: String) {
    self.input = input
    self.target = target
  }
}

/// How texts become the tokens of a prompt and its answer.
public enum Framing: Sendable, Hashable {
  /// In the form the model was trained with: its marks around the input and each exemplar, its end token
  /// behind an answer, which counts.
  case marked
  /// The prompt's text as it is, the answer's right behind it and nothing counted after: what
  /// lm-evaluation-harness does. Exemplars stand before it as `input` `target` and two line breaks.
  case continued
}

/// A prompt and the answers whose likelihoods after it are wanted.
public struct ScoringRequest: Sendable, Hashable {
  /// The input as a person reads it; the model's own marks are put around it unless `framing` says otherwise.
  public var prompt: String
  public var choices: [String]
  /// In the order in which they stand.
  public var exemplars: [Exemplar] = []
  public var framing = Framing.marked

  public init(
    prompt: String, choices: [String], exemplars: [Exemplar] = [], framing: Framing = .marked
  ) {
    self.prompt = prompt
    self.choices = choices
    self.exemplars = exemplars
    self.framing = framing
  }
}

/// How likely an answer is after its prompt.
public struct ChoiceScore: Sendable, Hashable {
  /// The natural logarithm of the answer's probability: the sum over its tokens.
  public var logLikelihood: Double
  /// How many tokens the sum runs over.
  public var tokens: Int
  /// Whether each of them is the most probable one at its place, so that greedy generation would write it.
  public var isGreedy: Bool

  public init(logLikelihood: Double, tokens: Int, isGreedy: Bool) {
    self.logLikelihood = logLikelihood
    self.tokens = tokens
    self.isGreedy = isGreedy
  }
}

/// A prompt to be continued.
public struct GenerationRequest: Sendable, Hashable {
  public var prompt: String
  public var exemplars: [Exemplar] = []
  public var framing = Framing.marked
  /// Tokens at most of the continuation.
  public var maximumTokens: Int
  /// The continuation ends before the first of these texts that it would hold.
  public var stops: [String] = []
  /// nil: the most probable token at each step.
  public var sampling: Sampling?

  /// How tokens are drawn.
  public struct Sampling: Sendable, Hashable {
    /// What logits are divided by; above 0.
    public var temperature: Double
    /// The share of probability that tokens are drawn from, most probable first; in (0, 1].
    public var topP = 1.0
    /// Decides the draws: the same key and prompt, the same text.
    public var key: UInt64

    public init(temperature: Double, topP: Double = 1, key: UInt64) {
      self.temperature = temperature
      self.topP = topP
      self.key = key
    }
  }

  public init(
    prompt: String, exemplars: [Exemplar] = [], framing: Framing = .marked, maximumTokens: Int,
    stops: [String] = [], sampling: Sampling? = nil
  ) {
    self.prompt = prompt
    self.exemplars = exemplars
    self.framing = framing
    self.maximumTokens = maximumTokens
    self.stops = stops
    self.sampling = sampling
  }
}

/// What a model wrote.
public struct GeneratedText: Sendable, Hashable {
  /// Without end mark and stop text.
  public var text: String
  public var tokens: Int
  public var ending: Ending

  public enum Ending: String, Sendable, Hashable {
    /// The model's end token.
    case end
    /// One of the stop texts.
    case stop
    /// As many tokens as were allowed.
    case length
  }

  public init(text: String, tokens: Int, ending: Ending) {
    self.text = text
    self.tokens = tokens
    self.ending = ending
  }
}

/// Why one request has no answer while the others have theirs.
public struct RequestFailure: Error, Sendable, Hashable {
  public var kind: Kind
  /// For people: what went wrong and what to do.
  public var message: String

  public enum Kind: String, Sendable, Hashable {
    /// The prompt and its longest answer do not fit into the model's context.
    case tooLong = "too_long"
    /// The server refused the request, or its answer made no sense.
    case endpoint
    /// What the model wrote is none of the choices.
    case unparsed
    /// The prompt could not be made from what the model answered before.
    case rendering
  }

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
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
