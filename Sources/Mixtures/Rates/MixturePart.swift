import Bytes

/// A mixture inside a mixture: some tasks, or further parts, with rates of their own.
public struct MixturePart: Sendable, Hashable {
  public var name: String
  /// Its share among the parts beside it, relative to theirs; nil where the rates of the whole decide.
  public var weight: Double?
  public var tasks: [String] = []
  public var parts: [MixturePart] = []
  public var rates = RateRule.proportional
  public var cap: Int?
  public var temperature = 1.0

  public init(name: String) { self.name = name }
}

/// The weights of tasks in nested mixtures: the product of the shares on the way from the whole to the task.
struct NestedRates {
  private let inputs: [RateInput]
  private let total: Int
  private var problems: [Diagnostic] = []
  private var places: [[UInt8]: Int] = [:]
  private var taken: Set<Int> = []

  init(_ inputs: [RateInput], total: Int) {
    self.inputs = inputs
    self.total = total
    for (place, input) in inputs.enumerated() { places[Array(input.name.utf8)] = place }
  }

  /// - Parameter known: the names of all tasks, also of those that are held out, which the parts may name.
  mutating func weights(_ root: MixturePart, known: [String]) throws(Diagnostics) -> [Double] {
    var weights = Array(repeating: 0.0, count: inputs.count)
    let shares = try shares(of: root, known)
    for (place, share) in shares { weights[place] = share }
    for (place, input) in inputs.enumerated() where !taken.contains(place) {
      problems.append(Diagnostic("the task '\(input.name)' is in no part of the mixture; put it into one"))
    }
    guard problems.isEmpty else { throw Diagnostics(problems) }
    return weights
  }

  private mutating func shares(
    of part: MixturePart, _ known: [String]
  ) throws(Diagnostics) -> [(place: Int, share: Double)] {
    if !part.parts.isEmpty {
      if !part.tasks.isEmpty {
        problems.append(
          Diagnostic("the part '\(part.name)' has both tasks and parts; put the tasks into a part"))
      }
      return try sharesOfParts(part, known)
    }
    var own: [Int] = []
    for name in part.tasks {
      if let place = places[Array(name.utf8)] {
        if !taken.insert(place).inserted {
          problems.append(Diagnostic("the task '\(name)' stands in two parts of the mixture; keep one"))
        }
        own.append(place)
      } else if !known.contains(name: name) {
        problems.append(
          Diagnostic(
            "the part '\(part.name)' names an unknown task '\(name)'\(suggestion(for: name, among: known))"))
      }
    }
    guard !own.isEmpty else { return [] }
    let weights = try rateWeights(
      own.map { inputs[$0] }, rule: part.rates, cap: part.cap, temperature: part.temperature, total: total)
    let sum = weights.reduce(0, +)
    return zip(own, weights).map { ($0, $1 / sum) }
  }

  private mutating func sharesOfParts(
    _ part: MixturePart, _ known: [String]
  ) throws(Diagnostics) -> [(place: Int, share: Double)] {
    var inner: [(part: MixturePart, shares: [(place: Int, share: Double)])] = []
    for child in part.parts {
      let shares = try shares(of: child, known)
      // All its tasks are held out: it takes no part.
      if !shares.isEmpty { inner.append((child, shares)) }
    }
    let weighted = inner.filter { $0.part.weight != nil }
    if !weighted.isEmpty, weighted.count < inner.count {
      problems.append(
        Diagnostic("some parts of '\(part.name)' have a weight and some have none; give all one"))
    }
    let sizes = inner.map { child in
      RateInput(
        name: child.part.name,
        records: child.shares.reduce(0) { sum, task in
          sum + min(inputs[task.place].records, child.part.cap ?? .max)
        })
    }
    let weights =
      weighted.isEmpty
      ? try rateWeights(sizes, rule: part.rates, cap: part.cap, temperature: part.temperature, total: total)
      : inner.map { $0.part.weight ?? 0 }
    let sum = weights.reduce(0, +)
    return zip(inner, weights).flatMap { child, weight in
      child.shares.map { ($0.place, $0.share * (weight / sum)) }
    }
  }
}
