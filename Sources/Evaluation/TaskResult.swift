internal import Bytes
public import Metrics
internal import Records

/// One template's figure over its records.
public struct TemplateFigure: Sendable, Hashable {
  public var id: String
  public var name: String
  public var family: String?
  /// Records evaluated.
  public var n: Int
  /// On the task's metric.
  public var value: Double
  /// The share of right answers, whatever the metric.
  public var accuracy: Double
  /// Accuracy when log-likelihoods are divided by characters (`acc_norm`); nil for generation.
  public var byCharacters: Double?
  /// Accuracy when log-likelihoods are divided by UTF-8 bytes; nil for generation.
  public var byBytes: Double?
  /// The expected calibration error over ten bins; nil for generation.
  public var calibrationError: Double?
}

/// A task's figures in one cell.
public struct CellFigures: Sendable, Hashable {
  public var distribution: Distribution
  /// In the manifest's order.
  public var templates: [TemplateFigure]
  /// Over all answers by choice, ten bins; nil for generation.
  public var calibrationError: Double?
  /// The share of templates whose figure is below the task's chance.
  public var belowChance = 0.0
  /// Examples evaluated: the sum of the templates' n.
  public var n: Int { templates.reduce(0) { $0 + $1.n } }
}

extension CellFigures {
  /// With the share of templates below chance.
  func against(chance: Double) -> CellFigures {
    var figures = self
    figures.belowChance = Double(templates.count { $0.value < chance }) / Double(max(1, templates.count))
    return figures
  }
}

/// What a model does on one task.
public struct TaskResult: Sendable {
  public var name: String
  public var cluster: String?
  public var metric: Metric
  /// sacreBLEU's, for its metrics.
  public var signature: String?
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
