/// The evidence of many answers, row by row.
public struct EvidenceTable: Sendable {
  public let metric: Metric
  public private(set) var rows = 0
  private var values: [Double] = []
  /// Classes are numbers below this.
  private var classes = 0

  public init(_ metric: Metric) { self.metric = metric }

  /// - Parameter evidence: as many numbers as the metric's evidence has.
  public mutating func add(_ evidence: some Collection<Double>) {
    values += evidence
    rows += 1
    guard metric == .macroF1 || metric == .mcc else { return }
    for value in evidence { classes = max(classes, Int(value) + 1) }
  }

  /// A row's numbers.
  public func row(_ row: Int) -> ArraySlice<Double> {
    values[row * metric.evidenceWidth..<(row + 1) * metric.evidenceWidth]
  }

  /// The figure of all answers.
  ///
  /// - Parameter weights: how often each row counts, as many as there are rows; nil: once.
  /// - Returns: nil where no row counts.
  public func figure(weights: [Double]? = nil) -> Double? {
    let total = weights.map { $0.reduce(0, +) } ?? Double(rows)
    guard total > 0 else { return nil }
    switch metric {
    case .macroF1: return classCounts(weights).macroF1
    case .mcc: return classCounts(weights).mcc
    case .pearson: return Correlation.pearson(column(0), column(1), weights: weights)
    case .spearman: return Correlation.spearman(column(0), column(1), weights: weights)
    case .bleu, .bleuInternational, .bleuCharacters, .bleuBlanks:
      return BLEU.figure(sums(weights), effective: false)
    case .chrF, .chrFWords: return ChrF(wordOrders: 0).figure(sums(weights))
    default: return sums(weights)[0] / total
    }
  }

  /// How often each class was wanted and answered; meaningful for macro-F1 and MCC.
  public func classCounts(_ weights: [Double]? = nil) -> ClassCounts {
    var counts = ClassCounts(classes: classes)
    for row in 0..<rows {
      let weight = weights?[row] ?? 1
      if weight > 0 {
        counts.add(wanted: Int(values[2 * row]), answered: Int(values[2 * row + 1]), weight: weight)
      }
    }
    return counts
  }

  private func column(_ column: Int) -> [Double] {
    (0..<rows).map { values[$0 * metric.evidenceWidth + column] }
  }

  private func sums(_ weights: [Double]?) -> [Double] {
    let width = metric.evidenceWidth
    var sums = [Double](repeating: 0, count: width)
    for row in 0..<rows {
      let weight = weights?[row] ?? 1
      if weight == 0 { continue }
      for place in 0..<width { sums[place] += weight * values[row * width + place] }
    }
    return sums
  }
}
