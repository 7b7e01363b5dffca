internal import Bytes
internal import Records

/// The accuracy of one template: the mean over its records.
public struct TemplateFigure: Sendable, Hashable {
  public var id: String
  public var name: String
  public var family: String?
  /// Records evaluated.
  public var n: Int
  public var value: Double
  /// Accuracy when log-likelihoods are divided by characters (`acc_norm`); nil for generation.
  public var byCharacters: Double?
  /// Accuracy when log-likelihoods are divided by UTF-8 bytes; nil for generation.
  public var byBytes: Double?
}

/// A task's figures in one cell.
public struct CellFigures: Sendable, Hashable {
  public var distribution: Distribution
  /// In the manifest's order.
  public var templates: [TemplateFigure]
  /// Examples evaluated: the sum of the templates' n.
  public var n: Int { templates.reduce(0) { $0 + $1.n } }
}

/// What a model does on one task.
public struct TaskResult: Sendable {
  public var name: String
  public var cluster: String?
  public var metric: Metric
  /// Distinct records evaluated: where both cells have figures, those that occur in both.
  public var records: Int
  public var chance: Double
  public var majority: Double
  /// nil where the task has no such templates.
  public var seen: CellFigures?
  public var unseen: CellFigures?
  /// Median over seen minus median over unseen templates, with its interval; nil unless both are there.
  public var gap: Estimate?
  /// What the way of asking adds, as `results.json` has it.
  var prompting: [(String, Value)] = []
}
