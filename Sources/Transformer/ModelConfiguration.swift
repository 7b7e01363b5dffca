public import Bytes

/// The shape of a decoder-only transformer in Llama's form (Touvron et al. 2023): RMSNorm before each
/// block, rotary positions, grouped-query attention, SwiGLU; of its relatives also those with biases in the
/// attention (Qwen 2) and with stretched rotary angles (Llama 3.1).
public struct ModelConfiguration: Sendable, Hashable {
  /// How many tokens there are.
  public var vocabulary: Int
  /// The width of the residual stream.
  public var dimension: Int
  public var layers: Int
  /// Query heads.
  public var heads: Int
  /// Key and value heads; divides `heads`.
  public var keyValueHeads: Int
  /// The width inside the feed-forward block.
  public var hiddenDimension: Int
  /// The most tokens that one example may have.
  public var contextLength: Int
  /// The base of the rotary angles.
  public var ropeTheta: Double
  /// Added to the mean square inside RMSNorm.
  public var normEpsilon: Double
  /// Whether the output matrix is the embedding.
  public var tied: Bool
  /// The width of one head where it is not `dimension / heads`.
  private var ownHeadWidth: Int?
  public var biases: AttentionBiases
  public var rotaryScaling: RotaryScaling

  /// Which products of the attention have something added to them.
  public enum AttentionBiases: Sendable, Hashable {
    case none
    /// Queries, keys and values.
    case queryKeyValue
    /// These and the output.
    case all
  }

  /// - Parameter headWidth: nil: `dimension / heads`.
  public init(
    vocabulary: Int, dimension: Int, layers: Int, heads: Int, keyValueHeads: Int, hiddenDimension: Int,
    contextLength: Int, ropeTheta: Double = 10_000, normEpsilon: Double = 1e-5, tied: Bool = true,
    headWidth: Int? = nil, biases: AttentionBiases = .none, rotaryScaling: RotaryScaling = .none
  ) {
    self.vocabulary = vocabulary
    self.dimension = dimension
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.hiddenDimension = hiddenDimension
    self.contextLength = contextLength
    self.ropeTheta = ropeTheta
    self.normEpsilon = normEpsilon
    self.tied = tied
    self.biases = biases
    self.rotaryScaling = rotaryScaling
    if let headWidth { self.headWidth = headWidth }
  }

  /// The width of one head; `dimension / heads` in most models.
  public var headWidth: Int {
    get { ownHeadWidth ?? dimension / max(1, heads) }
    set { ownHeadWidth = newValue == dimension / max(1, heads) ? nil : newValue }
  }

  /// The width of all query heads together.
  public var queryDimension: Int { heads * headWidth }
  /// The width of all key heads together.
  public var keyValueDimension: Int { keyValueHeads * headWidth }

  /// How many numbers the model learns.
  public var parameters: Int {
    let attention = 2 * dimension * (queryDimension + keyValueDimension)
    let bias =
      switch biases {
      case .none: 0
      case .queryKeyValue: queryDimension + 2 * keyValueDimension
      case .all: queryDimension + 2 * keyValueDimension + dimension
      }
    let layer = attention + bias + 3 * dimension * hiddenDimension + 2 * dimension
    return vocabulary * dimension * (tied ? 1 : 2) + layers * layer + dimension
  }
}

extension ModelConfiguration {
  /// The names that `preset` knows.
  public static let presetNames = ["tiny", "small"]

  /// A shape by name: `tiny` has about one million parameters, `small` about six.
  ///
  /// - Throws: a `Diagnostic` that lists the names.
  public static func preset(
    _ name: String, vocabulary: Int, contextLength: Int
  ) throws(Diagnostic) -> ModelConfiguration {
    switch name {
    case "tiny":
      ModelConfiguration(
        vocabulary: vocabulary, dimension: 128, layers: 4, heads: 4, keyValueHeads: 4,
        hiddenDimension: 352, contextLength: contextLength)
    case "small":
      ModelConfiguration(
        vocabulary: vocabulary, dimension: 256, layers: 6, heads: 8, keyValueHeads: 8,
        hiddenDimension: 704, contextLength: contextLength)
    default:
      throw Diagnostic("unknown model '\(name)'\(suggestion(for: name, among: presetNames))")
    }
  }

  /// Checks that the sizes fit each other and stay within what memory can hold.
  public func validate() throws(Diagnostic) {
    func expect(_ holds: Bool, _ what: String) throws(Diagnostic) {
      guard holds else { throw Diagnostic("impossible model: \(what)") }
    }
    try expect((1...1 << 20).contains(vocabulary), "expected 1 to 1,048,576 tokens, found \(vocabulary)")
    try expect((1...1 << 15).contains(dimension), "expected a dimension of 1 to 32,768, found \(dimension)")
    try expect((1...1024).contains(layers), "expected 1 to 1,024 layers, found \(layers)")
    try expect(
      heads >= 1 && (ownHeadWidth != nil || dimension % heads == 0),
      "expected heads that divide the dimension, found \(heads) heads for \(dimension)")
    try expect(
      (1...4096).contains(heads) && (2...1 << 14).contains(headWidth) && headWidth % 2 == 0,
      "expected 1 to 4,096 heads of an even width, found \(heads) of the width \(headWidth)")
    try expect(
      keyValueHeads >= 1 && heads % keyValueHeads == 0,
      "expected key-value heads that divide the \(heads) heads, found \(keyValueHeads)")
    try expect(
      (1...1 << 18).contains(hiddenDimension),
      "expected a hidden dimension of 1 to 262,144, found \(hiddenDimension)")
    try expect(
      (2...1 << 20).contains(contextLength), "expected a context of 2 to 1,048,576, found \(contextLength)")
    try expect(ropeTheta.isFinite && ropeTheta > 0, "expected a positive rope theta, found \(ropeTheta)")
    try expect(
      normEpsilon.isFinite && normEpsilon >= 0, "expected a norm epsilon of 0 or more, found \(normEpsilon)")
    try expect(rotaryScaling.isPossible, "expected possible numbers in \(rotaryScaling)")
    try expect(parameters <= 1 << 32, "expected at most 4,294,967,296 parameters, found \(parameters)")
  }
}
