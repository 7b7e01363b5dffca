import Synchronization

/// Passes over the same weights, lent to one thread each.
final class PassPool: Sendable {
  private let weights: ModelWeights
  private let idle: Mutex<[Lent]>

  /// - Note: `@unchecked Sendable`: a pass is in the pool or with one thread, never both.
  private struct Lent: @unchecked Sendable {
    var pass: TransformerPass
  }

  init(_ weights: ModelWeights) {
    self.weights = weights
    idle = Mutex([])
  }

  func with<Result>(_ body: (TransformerPass) throws -> Result) rethrows -> Result {
    let lent = idle.withLock { $0.popLast() } ?? Lent(pass: TransformerPass(weights))
    defer { idle.withLock { $0.append(lent) } }
    return try body(lent.pass)
  }
}

/// The results of numbered pieces of work, set from any thread.
final class Results<Element: Sendable>: Sendable {
  private let values: Mutex<[Element?]>

  init(count: Int) { values = Mutex(Array(repeating: nil, count: count)) }

  func set(_ index: Int, _ value: Element) { values.withLock { $0[index] = value } }

  /// In the order of the pieces.
  var all: [Element] { values.withLock { $0.compactMap { $0 } } }
}
