import Transformer

/// How many operations (additions and multiplications) and how much memory a model's steps take.
struct TrainingWork {
  private let shape: ModelConfiguration
  /// Numbers that the optimizer moves.
  private let trained: Int
  private let isHalf: Bool
  /// Bytes of the weights, and numbers of their gradients that are there at a time.
  private let weights: Int
  private let gradients: Int
  private let predictsInputs: Bool
  /// Numbers in the matrices of a layer that all tokens go through, and those of its queries' side, which the
  /// last layer computes for predicting tokens only.
  private let keys: Double
  private let queries: Double
  private let head: Double
  /// How often a matrix is multiplied with: forward, for its input's gradient, for its own.
  private let passes: Double

  init(_ start: TrainingStart, _ configuration: TrainingConfiguration) {
    shape = start.model.configuration
    trained = start.trained.values.count
    isHalf = configuration.precision == .bf16
    // In bf16 besides: nothing of what is trained but one layer and the head; everything that is frozen.
    let turn = start.model.weights.halfTurn
    weights =
      start.isHalved(configuration)
      ? ModelWeights.bytesOfHalves(shape)
      : 4 * shape.parameters + (isHalf ? start.adapters == nil ? 2 * turn : 2 * shape.parameters : 0)
    gradients =
      start.plan.movesInParts(start.training, configuration)
      ? GradientTaker.floats(for: start.model.weights) : trained
    // Frozen weights have no gradients of their own.
    passes = start.adapters == nil ? 3 : 2
    predictsInputs = configuration.inputLossWeight > 0
    keys = Double(2 * shape.keyValueDimension * shape.dimension)
    queries = Double(2 * shape.queryDimension * shape.dimension + 3 * shape.hiddenDimension * shape.dimension)
    head = Double(shape.vocabulary * shape.dimension)
  }

  /// Tokens that predict something, of an example of `length` tokens with a target of `target`.
  private func predicting(_ length: Int, _ target: Int) -> Int { predictsInputs ? length - 1 : target }

  /// The operations of a step on the given examples: two a number, token and product; attention, at what a causal
  /// mask leaves, forward and twice backward. Adapters are left out.
  func operations(_ chosen: [Int], _ examples: TokenizedExamples) -> Double {
    let layers = Double(shape.layers)
    var sum = 0.0
    for example in chosen {
      let length = examples.length(example)
      let rows = Double(length - 1)
      let last = Double(predicting(length, examples.targetLength(example)))
      let matrices = layers * keys * rows + queries * ((layers - 1) * rows + last) + head * last
      // Scores and mixtures of half of the pairs of rows.
      let attention = Double(shape.queryDimension) * rows * ((layers - 1) * rows + 2 * last)
      sum += 2 * passes * matrices + 6 * attention
    }
    return sum
  }

  /// Bytes of weights, gradient, moments, and what the largest pass keeps.
  ///
  /// - Parameter recomputes: keeps the layers' inputs alone, and what one layer leaves at a time.
  func memory(
    _ plan: TrainingPlan, _ examples: TokenizedExamples, _ configuration: TrainingConfiguration,
    recomputes: Bool
  ) -> Int {
    var most = 0
    for chosen in plan.steps {
      let tokens = chosen.reduce(0) { $0 + examples.length($1) }
      let longest = chosen.reduce(0) { max($0, examples.length($1)) }
      most = max(most, min(tokens, max(configuration.tokensPerPass, longest)))
    }
    let c = shape
    // A layer's state of the way forward, and what one layer takes on the way back.
    let kept =
      2 * (c.dimension + c.queryDimension + c.keyValueDimension + 1) + c.heads
      + (isHalf ? c.hiddenDimension : 2 * c.hiddenDimension)
    let back = 3 * c.dimension + 2 * c.queryDimension + 2 * c.keyValueDimension + 4 * c.hiddenDimension
    let layers = recomputes ? c.layers * c.dimension + kept : c.layers * kept
    let rows = most * (layers + back) + min(256, most) * c.vocabulary
    return weights + 4 * (gradients + 2 * trained + rows)
  }
}
