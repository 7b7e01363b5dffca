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
    let norms = GradientNorm(pieces: pieces.count)
    try measure(0..<pieces.count, gradient.pointer, from: 0, norms, threads)
    let norm = norms.value
    guard norm.isFinite else { return norm }
    let scale = settings.clip > 0 && norm > settings.clip ? settings.clip / norm : 1
    try move(0..<pieces.count, gradient.pointer, from: 0, values(rate, step, scale: scale), threads)
    return norm
  }

  /// A step that is taken part by part, as gradients become complete: the bits are those of a step on all of them.
  /// Only without clipping, which asks for the norm of them all.
  package struct PartialStep {
    fileprivate let optimizer: AdamW
    fileprivate let values: pb_adamw_step
    fileprivate let norms: GradientNorm
    fileprivate let threads: Int

    /// Moves the parameters of a range; where its gradient is no number, and from there on, nothing.
    ///
    /// - Parameter gradient: begins with that of the range's first parameter.
    package func take(_ range: Range<Int>, _ gradient: UnsafeMutablePointer<Float>) throws {
      let pieces = optimizer.pieces(in: range)
      try optimizer.measure(pieces, gradient, from: range.lowerBound, norms, threads)
      guard norms.value.isFinite else { return }
      try optimizer.move(pieces, gradient, from: range.lowerBound, values, threads)
    }

    /// The norm of all that was taken.
    package var norm: Double { norms.value }
  }

  /// Begins a step in parts; nil with clipping.
  package func begin(rate: Double, step: Int, threads: Int) -> PartialStep? {
    guard settings.clip == 0 else { return nil }
    return PartialStep(
      optimizer: self, values: values(rate, step, scale: 1), norms: GradientNorm(pieces: pieces.count),
      threads: threads)
  }

  /// The squares of each piece's gradient, summed in their order whatever the order in which they came.
  fileprivate final class GradientNorm: Sendable {
    // A double in the room of two floats: each piece writes its own.
    private let squares: FloatMemory
    private let pieces: Int

    init(pieces: Int) {
      self.pieces = pieces
      squares = FloatMemory(count: 2 * pieces)
    }

    func set(_ piece: Int, _ square: Double) {
      UnsafeMutableRawPointer(squares.pointer + 2 * piece).storeBytes(of: square, as: Double.self)
    }

    var value: Double {
      var sum = 0.0
      for piece in 0..<pieces { sum += UnsafeRawPointer(squares.pointer + 2 * piece).load(as: Double.self) }
      return sum.squareRoot()
    }
  }

  private func pieces(in range: Range<Int>) -> Range<Int> {
    func first(from offset: Int) -> Int {
      var (low, high) = (0, pieces.count)
      while low < high {
        let middle = (low + high) / 2
        if pieces[middle].offset < offset { low = middle + 1 } else { high = middle }
      }
      return low
    }
    return first(from: range.lowerBound)..<first(from: range.upperBound)
  }

  private func values(_ rate: Double, _ step: Int, scale: Double) -> pb_adamw_step {
    pb_adamw_step(
      rate: Float(rate), decay: 0, beta1: Float(settings.beta1), beta2: Float(settings.beta2),
      epsilon: Float(settings.epsilon), correction1: Float(1 / (1 - power(settings.beta1, step))),
      correction2: Float(1 / (1 - power(settings.beta2, step))), scale: Float(scale))
  }

  private func measure(
    _ range: Range<Int>, _ gradient: UnsafeMutablePointer<Float>, from first: Int, _ norms: GradientNorm,
    _ threads: Int
  ) throws {
    // Safe: read only.
    nonisolated(unsafe) let gradient = gradient
    try Workers.run(range.count, threads: threads) { index, _ in
      let piece = self.pieces[range.lowerBound + index]
      norms.set(range.lowerBound + index, pb_sum_of_squares(gradient + (piece.offset - first), piece.count))
    }
  }

  private func move(
    _ range: Range<Int>, _ gradient: UnsafeMutablePointer<Float>, from first: Int, _ values: pb_adamw_step,
    _ threads: Int
  ) throws {
    let decay = Float(settings.decay)
    // Each piece writes its own part of it.
    nonisolated(unsafe) let halves = parameters.halves.existing
    nonisolated(unsafe) let gradient = gradient
    try Workers.run(range.count, threads: threads) { index, _ in
      let piece = self.pieces[range.lowerBound + index]
      var step = values
      if piece.decays { step.decay = decay }
      pb_adamw(
        self.parameters.values.pointer + piece.offset, gradient + (piece.offset - first),
        self.first.pointer + piece.offset, self.second.pointer + piece.offset,
        halves.map { $0 + piece.offset }, piece.count, &step)
    }
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
