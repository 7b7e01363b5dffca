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

  private static let tasks: [DiversityFigure: Quartiles] = [
    .templates: Quartiles(low: 5, median: 7, high: 10),
    .families: Quartiles(low: 5, median: 6, high: 8),
    .distinct1: Quartiles(low: 0.2695, median: 0.3182, high: 0.404),
    .distinct2: Quartiles(low: 0.5027, median: 0.6059, high: 0.6993),
    .distinct3: Quartiles(low: 0.6477, median: 0.7541, high: 0.8548),
    .selfBLEU: Quartiles(low: 0.2902, median: 0.417, high: 0.5833),
    .compression: Quartiles(low: 2.2472, median: 2.688, high: 3.2125),
    .meanSimilarity: Quartiles(low: 0.0312, median: 0.0662, high: 0.1055),
    .highestSimilarity: Quartiles(low: 0.2, median: 0.3636, high: 0.5833),
    .vendi: Quartiles(low: 0.6598, median: 0.7749, high: 0.8516),
    .verbs: Quartiles(low: 0.1667, median: 0.25, high: 0.4),
    .verbObjects: Quartiles(low: 0.2, median: 0.2857, high: 0.4),
    .questions: Quartiles(low: 0.2857, median: 0.5455, high: 0.8),
    .commands: Quartiles(low: 0.25, median: 0.3636, high: 0.5714),
    .clozes: Quartiles(low: 0, median: 0, high: 0),
    .dialogues: Quartiles(low: 0, median: 0, high: 0),
    .lengthMedian: Quartiles(low: 11, median: 14, high: 18),
    .lengthSpread: Quartiles(low: 1.2083, median: 1.4615, high: 1.8571),
    .fieldsFirst: Quartiles(low: 0.3333, median: 0.5714, high: 0.8),
    .fieldsLast: Quartiles(low: 0, median: 0.25, high: 0.5),
    .coverage: Quartiles(low: 0.9688, median: 1, high: 1),
  ]
  private static let whole: [DiversityFigure: Double] = [
    .templates: 2085, .families: 1950, .distinct1: 0.0394, .distinct2: 0.1971, .distinct3: 0.3639,
    .selfBLEU: 0.8037, .compression: 6.411, .meanSimilarity: 0.0066, .highestSimilarity: 1, .vendi: 0.3494,
    .verbs: 0.0341, .verbObjects: 0.1353, .questions: 0.5424, .commands: 0.388, .clozes: 0.0566,
    .dialogues: 0.0129, .lengthMedian: 14, .lengthSpread: 1.9, .fieldsFirst: 0.5848, .fieldsLast: 0.3005,
    .coverage: 0.9831,
  ]
}
