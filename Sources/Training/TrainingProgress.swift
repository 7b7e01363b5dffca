/// Where a run stands; given to the progress callback after every step.
public struct TrainingProgress: Sendable, Hashable {
  /// Steps done, from 1.
  public var step: Int
  public var steps: Int
  /// Mean loss per target token of this step, in nats.
  public var loss: Double
  /// The latest mean loss per target token on the validation examples, if any.
  public var validationLoss: Double?
  public var learningRate: Double
  /// Speed since the start of this run.
  public var tokensPerSecond: Double
  public var secondsLeft: Double
}

/// What came out of a run.
public struct TrainingSummary: Sendable, Hashable {
  public var steps: Int
  public var examples: Int
  /// Tokens processed, input and target.
  public var tokens: Int
  public var parameters: Int
  /// Mean loss of the last tenth of the steps.
  public var loss: Double
  public var validationLoss: Double?
  /// Inputs cut at the front because their example exceeded the context.
  public var cutInputs: Int
  public var cutTokens: Int
}
