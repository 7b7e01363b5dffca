#if canImport(Glibc)
  import Glibc
#endif

/// How often each class was wanted, was answered and was answered rightly; counts may be weights.
public struct ClassCounts: Sendable {
  public private(set) var wanted: [Double]
  public private(set) var answered: [Double]
  public private(set) var right: [Double]

  /// - Parameter classes: classes are numbers from 0 below this.
  public init(classes: Int) {
    wanted = Array(repeating: 0, count: classes)
    answered = wanted
    right = wanted
  }

  public mutating func add(wanted: Int, answered: Int, weight: Double = 1) {
    self.wanted[wanted] += weight
    self.answered[answered] += weight
    if wanted == answered { right[wanted] += weight }
  }

  /// Each class's F1; nil for a class that was neither wanted nor answered.
  public var f1: [Double?] {
    wanted.indices.map { place in
      let sum = wanted[place] + answered[place]
      return sum > 0 ? 2 * right[place] / sum : nil
    }
  }

  /// The mean of the classes' F1; 0 without classes.
  public var macroF1: Double {
    let known = f1.compactMap { $0 }
    return known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
  }

  /// Matthews' correlation for any number of classes (Gorodkin 2004); 0 where one side is constant.
  public var mcc: Double {
    let total = wanted.reduce(0, +)
    let agreement = right.reduce(0, +) * total - zip(wanted, answered).reduce(0) { $0 + $1.0 * $1.1 }
    let wantedSpread = total * total - wanted.reduce(0) { $0 + $1 * $1 }
    let answeredSpread = total * total - answered.reduce(0) { $0 + $1 * $1 }
    let product = wantedSpread * answeredSpread
    return product > 0 ? agreement / product.squareRoot() : 0
  }
}
