package import Bytes

/// Low-rank adaptation (Hu et al. 2021): chosen matrices W become W + alpha/rank · B·A, where A has `rank` rows
/// and B `rank` columns; only A and B are trained.
public struct AdapterSettings: Sendable, Hashable {
  public var rank: Int
  /// The product is multiplied by `alpha / rank`.
  public var alpha: Double
  /// In the order of `AdapterTarget`, each once.
  public var targets: [AdapterTarget]

  public init(
    rank: Int = 16, alpha: Double = 32, targets: [AdapterTarget] = [.query, .key, .value, .output]
  ) {
    self.rank = rank
    self.alpha = alpha
    self.targets = AdapterTarget.allCases.filter(targets.contains)
  }

  package var scale: Float { Float(alpha / Double(max(1, rank))) }

  package func validate() throws(Diagnostic) {
    guard (1...4096).contains(rank) else {
      throw Diagnostic("impossible adapters: expected a rank of 1 to 4,096, found \(rank)")
    }
    guard alpha > 0, alpha.isFinite, alpha <= 1e6 else {
      throw Diagnostic("impossible adapters: expected an alpha above 0, found \(alpha)")
    }
    guard !targets.isEmpty else {
      throw Diagnostic("impossible adapters: expected at least one target, such as q or v")
    }
  }
}

/// A matrix that an adapter may stand beside, in every layer.
public enum AdapterTarget: String, Sendable, Hashable, CaseIterable {
  case query = "q"
  case key = "k"
  case value = "v"
  case output = "o"
  case gate
  case up
  case down

  /// Hugging Face's name of the module inside a layer.
  package var module: String {
    switch self {
    case .query: "self_attn.q_proj"
    case .key: "self_attn.k_proj"
    case .value: "self_attn.v_proj"
    case .output: "self_attn.o_proj"
    case .gate: "mlp.gate_proj"
    case .up: "mlp.up_proj"
    case .down: "mlp.down_proj"
    }
  }

  /// The width of what goes in and what comes out.
  package func shape(_ c: ModelConfiguration) -> (inputs: Int, outputs: Int) {
    switch self {
    case .query: (c.dimension, c.queryDimension)
    case .key, .value: (c.dimension, c.keyValueDimension)
    case .output: (c.queryDimension, c.dimension)
    case .gate, .up: (c.dimension, c.hiddenDimension)
    case .down: (c.hiddenDimension, c.dimension)
    }
  }
}
