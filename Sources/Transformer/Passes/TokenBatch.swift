/// The tokens of many examples one after the other, without padding: products run over all rows at once,
/// attention stays inside each span.
package struct TokenBatch: Sendable {
  /// Rows that attend to the same keys: those of a path that led to them, if any, and their own.
  struct Span: Sendable {
    var start: Int
    var count: Int
    var path: [Run] = []
    /// How many keys the path has.
    var before = 0
  }

  /// Some rows' keys on the path to a span.
  struct Run: Sendable, Equatable {
    /// A row of the batch, or of stored keys.
    var start: Int
    var count: Int
    var isStored = false
  }

  package private(set) var tokens: [Int32] = []
  /// From 0 in each example; a branch goes on where its prefix ended.
  private(set) var positions: [Int32] = []
  private(set) var spans: [Span] = []
  /// The rows that predict something, ascending; the last layer computes only these.
  package private(set) var predicting: [Int32] = []
  /// What each of them is to predict, and how much that counts in the loss.
  package private(set) var targets: [Int32] = []
  package private(set) var weights: [Float] = []
  /// Whether it is a target's token; of the others the loss is not reported.
  private(set) var areTargets: [Bool] = []

  package init() {}

  package var rows: Int { tokens.count }
  var highestPosition: Int { Int(positions.max() ?? 0) }

  /// Rows that belong to an example; those after them only fill the batch up.
  private(set) var filled: Int?
  var used: Int { filled ?? rows }

  /// The batch with rows that see and predict nothing, up to a multiple.
  func filledUp(to multiple: Int) -> TokenBatch {
    guard rows % multiple > 0 else { return self }
    var result = self
    result.filled = rows
    for _ in 0..<multiple - rows % multiple { result.add(0, position: 0) }
    return result
  }

  package mutating func removeAll() {
    filled = nil
    tokens.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
    spans.removeAll(keepingCapacity: true)
    predicting.removeAll(keepingCapacity: true)
    targets.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    areTargets.removeAll(keepingCapacity: true)
  }

  /// Appends an example for training: `prompt` ends with the answer mark, `target` with the end mark.
  ///
  /// - Parameters:
  ///   - weight: of each target token's loss.
  ///   - inputWeight: of each prompt token's loss after the first; rows of weight 0 predict nothing.
  package mutating func append(
    prompt: some Collection<Int32>, target: some Collection<Int32>, weight: Float, inputWeight: Float = 0
  ) {
    guard !target.isEmpty else { return }
    let start = rows
    let first = prompt.count - 1
    for (place, token) in prompt.enumerated() { add(token, position: place) }
    for (place, token) in target.dropLast().enumerated() { add(token, position: prompt.count + place) }
    spans.append(Span(start: start, count: rows - start))
    if inputWeight != 0 {
      for (place, token) in prompt.dropFirst().enumerated() {
        predict(start + place, token, inputWeight, isTarget: false)
      }
    }
    for (place, token) in target.enumerated() { predict(start + first + place, token, weight) }
  }

  /// Appends a text; nothing is predicted yet.
  mutating func append(prompt: some Collection<Int32>) -> Span { append(branch: prompt, after: []) }

  /// Appends tokens that go on where a path ends and see it and themselves.
  mutating func append(branch: some Collection<Int32>, after path: [Run]) -> Span {
    let before = path.reduce(0) { $0 + $1.count }
    let start = rows
    for (place, token) in branch.enumerated() { add(token, position: before + place) }
    let span = Span(start: start, count: rows - start, path: path, before: before)
    spans.append(span)
    return span
  }

  /// Asks a row for its prediction; rows must be asked in ascending order.
  mutating func predict(_ row: Int, _ target: Int32 = 0, _ weight: Float = 1, isTarget: Bool = true) {
    predicting.append(Int32(row))
    targets.append(target)
    weights.append(weight)
    areTargets.append(isTarget)
  }

  private mutating func add(_ token: Int32, position: Int) {
    tokens.append(token)
    positions.append(Int32(position))
  }
}
