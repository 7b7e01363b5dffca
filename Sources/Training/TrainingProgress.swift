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
  /// Additions and multiplications of the model's matrices and its attention, a second.
  public var operationsPerSecond: Double
  public var secondsLeft: Double
}

/// What came out of a run.
public struct TrainingSummary: Sendable, Hashable {
  /// Steps taken.
  public var steps: Int
  /// The step whose weights are the model.
  public var chosenStep: Int
  /// Whether patience ended the training before its last step.
  public var endedEarly: Bool
  public var examples: Int
  /// Tokens processed, input and target.
  public var tokens: Int
  public var parameters: Int
  /// Mean loss of the last tenth of the steps.
  public var loss: Double
  /// That of the model's weights where they were evaluated, else the latest.
  public var validationLoss: Double?
  /// Inputs cut at the front because their example exceeded the context.
  public var cutInputs: Int
  public var cutTokens: Int
}

/// What a training will take, told before its first step.
public struct TrainingEstimate: Sendable, Hashable {
  public var steps: Int
  /// Of all steps, input and target together.
  public var tokens: Int
  public var parameters: Int
  /// Memory for weights, gradients, moments and what the passes keep, in bytes.
  public var memory: Int
  /// Whether layers are computed once more on the way back, because keeping what they leave would take more memory
  /// than the machine has. The result's bits do not depend on it.
  public var recomputes: Bool
  /// The machine's speed at matrix products, in operations a second, measured just now.
  public var peak: Double
  /// The time that all steps would take if they used half of that speed.
  public var seconds: Double
}
