import CVectorLoops

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019): the moments of every parameter, and the
/// step
/// that cuts the gradient's norm and moves them.
package final class AdamW: Sendable {
  package struct Settings: Sendable {
    package var decay: Double
    package var beta1: Double
    package var beta2: Double
    package var epsilon: Double
    /// The norm to which the gradient is cut down; 0 for none.
    package var clip: Double

    package init(decay: Double, beta1: Double, beta2: Double, epsilon: Double = 1e-8, clip: Double) {
      self.decay = decay
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.clip = clip
    }
  }

  /// A run of floats that one thread works on: a tensor or a part of one.
  private struct Piece: Sendable {
    var offset: Int
    var count: Int
    var decays: Bool
  }

  package let first: FloatMemory
  package let second: FloatMemory
  private let parameters: any ParameterArray
  private let settings: Settings
  private let pieces: [Piece]
  private static let pieceSize = 1 << 15

  package init(_ parameters: any ParameterArray, _ settings: Settings) {
    self.parameters = parameters
    self.settings = settings
    first = FloatMemory(count: parameters.values.count)
    second = FloatMemory(count: parameters.values.count)
    pieces = parameters.tensors.flatMap { tensor in
      stride(from: 0, to: tensor.count, by: Self.pieceSize).map {
        Piece(
          offset: tensor.offset + $0, count: min(Self.pieceSize, tensor.count - $0), decays: tensor.isMatrix)
      }
    }
  }

  /// Moves the parameters.
  ///
  /// - Parameters:
  ///   - gradient: has the parameters' layout.
  ///   - rate: the learning rate.
  ///   - step: counted from 1.
  /// - Returns: the gradient's norm before it was cut; where it is no number, nothing was moved.
  package func step(_ gradient: FloatMemory, rate: Double, step: Int, threads: Int) throws -> Double {
    let squares = FloatMemory(count: 2 * pieces.count)
    try Workers.run(pieces.count, threads: threads) { index, _ in
      let piece = self.pieces[index]
      let square = pb_sum_of_squares(gradient.pointer + piece.offset, piece.count)
      // A double in the room of two floats: each piece writes its own.
      UnsafeMutableRawPointer(squares.pointer + 2 * index).storeBytes(of: square, as: Double.self)
    }
    var sum = 0.0
    for index in pieces.indices {
      sum += UnsafeRawPointer(squares.pointer + 2 * index).load(as: Double.self)
    }
    let norm = sum.squareRoot()
    guard norm.isFinite else { return norm }
    let scale = settings.clip > 0 && norm > settings.clip ? settings.clip / norm : 1
    let values = pb_adamw_step(
      rate: Float(rate), decay: 0, beta1: Float(settings.beta1), beta2: Float(settings.beta2),
      epsilon: Float(settings.epsilon), correction1: Float(1 / (1 - power(settings.beta1, step))),
      correction2: Float(1 / (1 - power(settings.beta2, step))), scale: Float(scale))
    let decay = Float(settings.decay)
    // Each piece writes its own part of it.
    nonisolated(unsafe) let halves = parameters.halves.existing
    try Workers.run(pieces.count, threads: threads) { index, _ in
      let piece = self.pieces[index]
      var step = values
      if piece.decays { step.decay = decay }
      pb_adamw(
        self.parameters.values.pointer + piece.offset, gradient.pointer + piece.offset,
        self.first.pointer + piece.offset, self.second.pointer + piece.offset,
        halves.map { $0 + piece.offset }, piece.count, &step)
    }
    return norm
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var square = base
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}
