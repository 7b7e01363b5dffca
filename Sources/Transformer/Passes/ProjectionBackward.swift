import Bytes
import CVectorLoops

/// The way back through one projection: what its rows leave for the gradients of its weights or adapters.
struct ProjectionBackward {
  let projection: Projection
  private let rank: Int
  /// For each adapter, alpha/rank · x · Aᵀ and alpha/rank · dy · B.
  private var reduced: [(x: Operand, dy: Operand)] = []

  init(_ projection: Projection, rows: Int, _ pass: TransformerPass) {
    self.projection = projection
    rank = pass.adapters?.settings.rank ?? 0
    for _ in projection.adapters {
      reduced.append(
        (pass.arena.operand(rows, rank, pass.precision), pass.arena.operand(rows, rank, pass.precision)))
    }
  }

  /// dx = dy · W and what goes through adapters, or += with `adding`, of some rows; `start` is the first's place
  /// among all rows, and `x` what the projection read.
  func inputGradient(
    _ dy: Operand, _ x: Operand, into dx: Floats, start: Int, rows: Int, adding: Bool = false,
    _ pass: TransformerPass, _ lane: Lane
  ) throws {
    let p = projection
    try lane.inputGradient(
      dy, pass.matrix(p.offset, stride: p.inputs), into: dx, stride: p.inputs,
      rows: rows, inputs: p.inputs, outputs: p.outputs, adding: adding)
    guard let adapters = pass.adapters else { return }
    for (adapter, kept) in zip(p.adapters, reduced) {
      try pass.reduce(adapter, p, x, into: kept.x.from(row: start), rows: rows, lane)
      let mark = lane.arena.mark
      let product = lane.arena.floats(rows * rank)
      try lane.inputGradient(
        dy.from(column: adapter.column), adapters.operand(adapter.place.up, stride: rank, pass.precision),
        into: product, stride: rank, rows: rows, inputs: rank, outputs: adapter.outputs)
      let own = kept.dy.from(row: start)
      pb_scale(product, adapters.settings.scale, own.rows, rows * rank)
      try lane.inputGradient(
        own, adapters.operand(adapter.place.down, stride: p.inputs, pass.precision), into: dx,
        stride: p.inputs, rows: rows, inputs: p.inputs, outputs: rank, adding: true)
      lane.arena.release(mark)
    }
  }

  /// Asks for the gradients of the weights, or of the adapters where there are any in the pass.
  func collect(
    _ dy: Operand, _ x: Operand, rows: Int, _ gradient: Gradients, _ into: inout WeightGradients,
    _ pass: TransformerPass
  ) {
    let p = projection
    guard pass.adapters != nil else {
      into.add(dy, x, into: gradient.at(p.offset), rows: rows, inputs: p.inputs, outputs: p.outputs)
      return
    }
    for (adapter, kept) in zip(p.adapters, reduced) {
      into.add(
        kept.dy, x, into: gradient.at(adapter.place.down), rows: rows, inputs: p.inputs, outputs: rank)
      into.add(
        dy.from(column: adapter.column), kept.x, into: gradient.at(adapter.place.up), rows: rows,
        inputs: rank,
        outputs: adapter.outputs)
    }
  }
}
