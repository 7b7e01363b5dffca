/// Where the gradients of a pass go.
package struct GradientTaker {
  /// Takes the gradients of a run of parameters once they are complete. Their numbers stand in the order of the layout,
  /// from the range's first on, and are gone afterwards.
  package typealias Take = (_ range: Range<Int>, UnsafeMutablePointer<Float>) throws -> Void

  private let memory: FloatMemory
  private let take: Take?

  /// Keeps the gradients of everything that is trained.
  init(keeping memory: FloatMemory) {
    self.memory = memory
    take = nil
  }

  /// Gives the gradients away part by part, so that they are never all there.
  ///
  /// - Parameter memory: see `floats(for:)`.
  init(_ memory: FloatMemory, _ take: @escaping Take) {
    self.memory = memory
    self.take = take
  }

  /// How many floats giving away takes: the embedding's or the head's, and those of one layer.
  package static func floats(for weights: ModelWeights) -> Int {
    let layout = weights.layout
    let rest = max(layout.layers.map(\.range.count).max() ?? 0, layout.range(of: .finalNorm).count)
    return room(for: layout) + rest
  }

  private static func room(for layout: ParameterLayout) -> Int {
    let ends = layout.head == layout.embedding ? 0 : layout.range(of: .head).count
    return max(layout.range(of: .embedding).count, ends)
  }

  /// Where the gradients of a part are to be written.
  func gradients(of part: ParameterLayout.Part, _ layout: ParameterLayout) -> Gradients {
    guard take != nil else { return Gradients(memory.pointer) }
    let first = layout.range(of: part).lowerBound
    switch part {
    case .embedding, .head: return Gradients(memory.pointer, from: first)
    case .layer, .finalNorm: return Gradients(memory.pointer + Self.room(for: layout), from: first)
    }
  }

  /// The gradients of a part are complete.
  func finish(_ part: ParameterLayout.Part, _ layout: ParameterLayout) throws {
    guard let take else { return }
    let range = layout.range(of: part)
    try take(range, gradients(of: part, layout).at(range.lowerBound))
  }
}

/// Gradients of a run of parameters, found by the parameters' offsets.
struct Gradients {
  private let start: Floats
  private let first: Int

  init(_ start: Floats, from first: Int = 0) {
    self.start = start
    self.first = first
  }

  func at(_ offset: Int) -> Floats { start + (offset - first) }
}
