public import Records

/// What `results.json` tells of a server that answered: the same for the same answers, however often they had to
/// be asked for.
public struct ScorerAccount: Sendable {
  /// The content of `endpoint`.
  public var value: Value
  /// What a reader of the figures must know, a sentence each.
  public var notes: [String]

  public init(value: Value, notes: [String] = []) {
    self.value = value
    self.notes = notes
  }
}
