internal import JSON

/// A task's figures after calibration, and how the labels that the model gives lie before and after.
public struct CalibratedTask: Sendable, Hashable {
  /// Shares of the choices by their place.
  public struct Labels: Sendable, Hashable {
    /// Of the right answers.
    public var gold: [Double]
    /// Of the model's.
    public var before: [Double]
    /// The same after calibration; empty where it is not told.
    public var after: [Double]

    /// Half the sum of differences from the right answers' shares: 0 where they agree, 1 at the most.
    public var distances: (before: Double, after: Double?) {
      func distance(_ shares: [Double]) -> Double {
        zip(shares, gold).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
      }
      return (distance(before), after.count == gold.count ? distance(after) : nil)
    }
  }

  public var seen: ResultsSummary.Cell?
  public var unseen: ResultsSummary.Cell?
  public var seenLabels: Labels?
  public var unseenLabels: Labels?

  /// - Parameter task: an entry of `tasks` in results; nil results where it has no `calibrated` figures.
  init?(_ task: JSONNode) throws {
    guard let figures = try task.optional("calibrated") else { return nil }
    seen = try figures.optional("seen").map(ResultsSummary.Cell.init)
    unseen = try figures.optional("unseen").map(ResultsSummary.Cell.init)
    let shift = try task.optional("label_shift")
    seenLabels = try shift?.optional("seen").map(Labels.init)
    unseenLabels = try shift?.optional("unseen").map(Labels.init)
  }
}

extension CalibratedTask.Labels {
  fileprivate init(_ node: JSONNode) throws {
    func shares(_ key: String) throws -> [Double] {
      try node.optional(key)?.items().map { try $0.number() } ?? []
    }
    self.init(gold: try shares("gold"), before: try shares("before"), after: try shares("after"))
  }
}
