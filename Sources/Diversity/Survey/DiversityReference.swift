/// The same figures over a published collection, to hold one's own against.
package enum DiversityReference {
  /// What the numbers were computed from.
  package static let name = "PromptSource 0.2.3"

  /// Quartiles over its tasks of at least four templates; nil where a figure has none.
  package static func quartiles(_ figure: DiversityFigure) -> Quartiles? { tasks[figure] }

  /// The figure over all its templates together.
  package static func collection(_ figure: DiversityFigure) -> Double? { whole[figure] }

  /// How a figure stands against the middle half of the tasks: `low`, `usual` or `high`.
  package static func verdict(_ figure: DiversityFigure, _ value: Double) -> String? {
    quartiles(figure).map { value < $0.low ? "low" : value > $0.high ? "high" : "usual" }
  }

  private static let tasks: [DiversityFigure: Quartiles] = [:]
  private static let whole: [DiversityFigure: Double] = [:]
}
