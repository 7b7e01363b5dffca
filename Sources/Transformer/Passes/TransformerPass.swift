import Bytes
import CVectorLoops

/// A way through the model, forward and backward, over a flat batch of tokens, on one thread or several. Keeps its
/// memory from one batch to the next.
///
/// Work is divided by the batch's sizes alone, every piece writes only what is its own, and sums over pieces are
/// made in their order: the same bits for any number of threads.
///
/// Shapes: R rows (tokens), Q query rows (all, or in the last layer those that predict), D the dimension,
/// A the width of all queries, K of all keys, H the hidden dimension, V the vocabulary; all row-major.
package final class TransformerPass {
  let weights: ModelWeights
  /// Added to the weights, and trained in their place.
  let adapters: LowRankAdapters?
  let precision: ProductPrecision
  /// Computes layers anew on the way back in place of keeping what they leave.
  package var recomputes = false
  let arena = Arena()
  var rotary: RotaryTable
  private let lanes: [Lane]

  package init(
    _ weights: ModelWeights, adapters: LowRankAdapters? = nil, precision: ProductPrecision = .f32,
    threads: Int = 1
  ) {
    self.weights = weights
    self.adapters = adapters
    self.precision = precision
    rotary = RotaryTable(weights.configuration)
    lanes = (0..<max(1, threads)).map { _ in Lane() }
  }

  var configuration: ModelConfiguration { weights.configuration }
  func parameter(_ offset: Int) -> Floats { weights.values.pointer + offset }

  /// Runs `work` for 0..<count on the pass' threads, each with a lane of its own.
  func divide(_ count: Int, _ work: (_ piece: Int, Lane) throws -> Void) throws {
    let lanes = lanes
    try withoutActuallyEscaping(work) { work in
      // Safe: a piece writes rows or columns that no other piece reads or writes, and all pieces end before this
      // function does.
      nonisolated(unsafe) let work = work
      try Workers.run(count, threads: lanes.count) { piece, thread in
        let lane = lanes[thread]
        let mark = lane.arena.mark
        defer { lane.arena.release(mark) }
        try work(piece, lane)
      }
    }
  }

  /// Runs `work` for ranges of rows; how many rows are in one follows from their number alone.
  func divide(rows: Int, _ work: (Range<Int>, Lane) throws -> Void) throws {
    let size = Self.pieceRows(rows)
    try divide((rows + size - 1) / size) { piece, lane in
      try work(piece * size..<min(rows, (piece + 1) * size), lane)
    }
  }

  /// Products of fewer rows are slower, but every thread should have some.
  static func pieceRows(_ rows: Int) -> Int { min(256, max(64, (rows / 4 + 15) / 16 * 16)) }

  /// What the forward pass leaves: a state a layer (where kept) and the normed last rows.
  struct ForwardState {
    var batch: TokenBatch
    /// Each layer's input rows, R·D; the last is the last layer's output, Q·D.
    var streams: [Floats]
    var layers: [LayerState]
    var all: QueryRows
    var last: QueryRows
    /// Q·D of the last layer after the final norm, as they are and for products (which may be the same memory).
    var normed: Operand
    var inverse: Floats
  }

  /// What is kept of a forward pass.
  enum Keeping {
    case nothing
    case inputs
    case everything
  }

  /// Runs the layers; the result is valid until the arena is released.
  ///
  /// - Parameter store: for batches whose spans have paths; nil: every span sees itself.
  func forward(
    _ batch: TokenBatch, keys store: KeyStore? = nil, keeping: Keeping = .nothing
  ) throws -> ForwardState {
    let batch = batch.filledUp(to: precision.rowMultiple)
    let width = configuration.dimension
    rotary.reach(batch.highestPosition)
    let all = QueryRows(all: batch)
    let last = QueryRows(predicting: batch, multiple: precision.rowMultiple)
    var streams = [arena.floats(batch.rows * width)]
    pb_gather_rows(
      parameter(weights.layout.embedding), arena.integers(batch.tokens), streams[0], batch.rows, width)
    let spare = arena.floats(keeping == .nothing ? batch.rows * width : 0)
    var layers: [LayerState] = []
    for index in 0..<configuration.layers {
      let rows = index == configuration.layers - 1 ? last : all
      let output =
        keeping == .nothing ? (index % 2 == 0 ? spare : streams[0]) : arena.floats(rows.count * width)
      let input = keeping == .nothing ? (index % 2 == 0 ? streams[0] : spare) : streams[index]
      let mark = arena.mark
      let state = try forwardLayer(index, input, into: output, batch, rows, store)
      if keeping == .everything { layers.append(state) } else { arena.release(mark) }
      if keeping != .nothing { streams.append(output) }
    }
    let output = keeping == .nothing && configuration.layers % 2 == 1 ? spare : streams[streams.count - 1]
    let normed = arena.operand(last.count, width, precision)
    let inverse = arena.floats(last.count)
    try divide(rows: last.count) { range, _ in
      pb_rms_norm(
        output + range.lowerBound * width, parameter(weights.layout.finalNorm),
        normed.from(row: range.lowerBound).rows, inverse + range.lowerBound, range.count, width,
        Float(configuration.normEpsilon))
    }
    return ForwardState(
      batch: batch, streams: streams, layers: layers, all: all, last: last, normed: normed,
      inverse: inverse)
  }
}
