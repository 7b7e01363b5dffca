/// The variance of a figure in its parts, each with the degrees of freedom of its estimate.
struct VarianceParts: Sendable {
  /// Because other templates might have been written, the noise of single answers included.
  private(set) var templates = 0.0
  /// Because other records might have been collected: what all templates of a side share. The estimate may
  /// be negative; only a sum of many is cut at 0.
  private(set) var records = 0.0
  private var templateSquares = 0.0
  private var recordSquares = 0.0

  mutating func add(templates part: Double, degrees: Double) {
    templates += part
    templateSquares += part * part / degrees
  }

  mutating func add(records part: Double, degrees: Double) {
    records += part
    recordSquares += part * part / degrees
  }

  /// Of the mean over independent tasks.
  init(meanOf parts: [VarianceParts] = []) {
    let count = Double(max(1, parts.count))
    for part in parts {
      templates += part.templates / (count * count)
      records += part.records / (count * count)
      templateSquares += part.templateSquares / (count * count * count * count)
      recordSquares += part.recordSquares / (count * count * count * count)
    }
  }

  var total: Double { templates + max(0, records) }

  /// Satterthwaite's (1946): those of the chi-squared distribution that the total's estimate is nearest to.
  var degrees: Double {
    let squares = templateSquares + (records > 0 ? recordSquares : 0)
    return squares > 0 ? max(1, total * total / squares) : .infinity
  }
}

/// The part of the variance over resampled records that all templates of a side share.
struct CommonVariance: Sendable {
  private let seen: Double
  private let unseen: Double
  private let both: Double
  /// The rest of one template's variance over resampled records: the noise of its own answers.
  let seenNoise: Double
  let unseenNoise: Double

  /// Running sums of the templates' deviations from their figures over all records.
  struct Sums {
    var count = 0.0
    var columns: [Double]
    var squares: [Double]
    /// Of the sides' means over templates, and their products.
    var seen = (sum: 0.0, square: 0.0)
    var unseen = (sum: 0.0, square: 0.0)
    var product = 0.0

    init(columns: Int) {
      self.columns = Array(repeating: 0, count: columns)
      squares = self.columns
    }

    mutating func add(_ deviations: [Double], seen: Int) {
      count += 1
      for (column, deviation) in deviations.enumerated() {
        columns[column] += deviation
        squares[column] += deviation * deviation
      }
      let one = deviations.prefix(seen).reduce(0, +) / Double(max(1, seen))
      let other = deviations.dropFirst(seen).reduce(0, +) / Double(max(1, deviations.count - seen))
      self.seen = (self.seen.sum + one, self.seen.square + one * one)
      unseen = (unseen.sum + other, unseen.square + other * other)
      product += one * other
    }
  }

  /// The covariance of two different templates of a side, on the mean: what is left of the variance of their
  /// mean when each one's own noise is taken out, because the templates' spread holds that already (counted
  /// again, it is what makes plain two-way bootstraps too wide). A single template's variance stands for it.
  init(_ sums: Sums, records: Int, seen: Int) {
    func covariance(_ product: Double, _ one: Double, _ other: Double) -> Double {
      let mean = sums.count
      // The bootstrap's variance over n records is (n − 1) / n of the one wanted.
      let correction = records > 1 ? Double(records) / Double(records - 1) : 1
      return (product / mean - (one / mean) * (other / mean)) * correction
    }
    let own = sums.columns.indices.map { covariance(sums.squares[$0], sums.columns[$0], sums.columns[$0]) }
    func shared(_ side: (sum: Double, square: Double), _ own: ArraySlice<Double>) -> Double {
      let all = covariance(side.square, side.sum, side.sum)
      let count = Double(own.count)
      guard own.count > 1 else { return all }
      return (count * count * all - own.reduce(0, +)) / (count * (count - 1))
    }
    self.seen = shared(sums.seen, own.prefix(seen))
    unseen = shared(sums.unseen, own.dropFirst(seen))
    both = covariance(sums.product, sums.seen.sum, sums.unseen.sum)
    func noise(_ own: ArraySlice<Double>, _ shared: Double) -> Double {
      own.count > 1 ? max(0, own.reduce(0, +) / Double(own.count) - shared) : 0
    }
    seenNoise = noise(own.prefix(seen), self.seen)
    unseenNoise = noise(own.dropFirst(seen), unseen)
  }

  func value(_ side: GapSide) -> Double {
    switch side {
    case .seen: seen
    case .unseen: unseen
    case .gap: seen + unseen - 2 * both
    }
  }
}
