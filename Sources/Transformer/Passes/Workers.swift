import Dispatch
import Synchronization

/// Divides numbered pieces of work among threads.
package enum Workers {
  /// Runs `work` for 0..<count, each once, on up to `threads` threads at a time, matrix products confined to
  /// the thread of their piece.
  ///
  /// Which thread takes which piece is left to chance: a piece must write only what is its own.
  /// - Throws: the error of the lowest piece that failed.
  package static func run(
    _ count: Int, threads: Int, _ work: @Sendable (_ piece: Int, _ thread: Int) throws -> Void
  ) throws {
    guard count > 0 else { return }
    let next = Atomic(0)
    let failure = Mutex<(piece: Int, error: any Error)?>(nil)
    @Sendable func takePieces(_ thread: Int) {
      MatrixProduct.alone {
        while true {
          let piece = next.add(1, ordering: .relaxed).oldValue
          guard piece < count else { return }
          do {
            try work(piece, thread)
          } catch {
            failure.withLock { if piece < $0?.piece ?? Int.max { $0 = (piece, error) } }
          }
        }
      }
    }
    let lanes = max(1, min(threads, count))
    if lanes == 1 {
      takePieces(0)
    } else {
      DispatchQueue.concurrentPerform(iterations: lanes, execute: takePieces)
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
  }
}
