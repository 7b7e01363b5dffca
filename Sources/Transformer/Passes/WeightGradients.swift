import Bytes
import CVectorLoops

/// Products that give the gradients of weights, collected until all rows of their operands are there, then divided
/// among the threads by rows of the weights.
struct WeightGradients {
  private struct Piece {
    var dy: Operand
    var x: Operand
    var into: Floats
    var rows: Int
    var inputs: Int
    var outputs: Int
  }

  private var pieces: [Piece] = []
  private let adding: Bool
  /// Rows of weights in a piece.
  private static let most = 384

  init(adding: Bool) { self.adding = adding }

  /// Asks for dyᵀ · x.
  mutating func add(_ dy: Operand, _ x: Operand, into: Floats, rows: Int, inputs: Int, outputs: Int) {
    for start in stride(from: 0, to: outputs, by: Self.most) {
      pieces.append(
        Piece(
          dy: dy.from(column: start), x: x, into: into + start * inputs, rows: rows, inputs: inputs,
          outputs: min(Self.most, outputs - start)))
    }
  }

  func run(_ pass: TransformerPass) throws {
    try pass.divide(pieces.count) { index, lane in
      let piece = pieces[index]
      try lane.weightGradient(
        piece.dy, piece.x, into: piece.into, rows: piece.rows, inputs: piece.inputs, outputs: piece.outputs,
        adding: adding)
    }
  }
}
