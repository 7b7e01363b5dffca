/// How fast this machine multiplies matrices in the best case.
package enum ProductPeak {
  /// The rate of large products on all threads at once, each with matrices of its own.
  ///
  /// - Parameter rounds: of about 30 ms each.
  /// - Returns: additions and multiplications a second, in the best of some rounds.
  package static func measure(
    _ precision: ProductPrecision, threads: Int, rounds: Int = 12
  ) throws -> Double {
    let side = 1024
    let lanes = (0..<max(1, threads)).map { _ in Lane() }
    var best = 0.0
    for _ in 0..<max(1, rounds) {
      let start = ContinuousClock.now
      try Workers.run(lanes.count, threads: lanes.count) { _, thread in
        let lane = lanes[thread]
        let mark = lane.arena.mark
        defer { lane.arena.release(mark) }
        let (a, b) = (lane.arena.operand(side, side, precision), lane.arena.operand(side, side, precision))
        for matrix in [a, b] {
          matrix.start.initializeMemory(as: UInt8.self, repeating: 0, count: side * side * precision.size)
        }
        let c = lane.arena.floats(side * side)
        for _ in 0..<4 {
          try lane.forward(a, b, into: c, stride: side, rows: side, inputs: side, outputs: side)
        }
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      best = max(best, 2 * 4 * Double(side * side * side * lanes.count) / seconds)
    }
    return best
  }
}
