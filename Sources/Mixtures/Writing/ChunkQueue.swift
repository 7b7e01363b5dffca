import Bytes
import Glibc

/// Hands out chunks of work by number and gives back what became of them in order, with at most `window`
/// chunks between the first not taken and the last handed out: memory stays flat when one chunk is slow.
///
/// Chunks are handed out in order, so that of several failures the earliest is taken first, whatever the
/// number of threads.
final class ChunkQueue: @unchecked Sendable {
  // Proof for @unchecked: every stored variable is touched only between `lock` and `unlock` below; the mutex
  // and the condition lie at fixed addresses, as POSIX demands, from `init` to `deinit`.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let count: Int
  private let window: Int
  private var handedOut = 0
  private var taken = 0
  private var finished: [Int: Result<TextChunk, Diagnostic>] = [:]
  private var spare: [TextChunk] = []
  private var isStopped = false

  /// - Parameter count: how many chunks there are.
  init(count: Int, window: Int) {
    self.count = count
    self.window = max(1, window)
    mutex.initialize(to: pthread_mutex_t())
    changed.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// The next chunk to work on, with memory to fill; waits while the window is full; nil at the end.
  func claim() -> (number: Int, text: TextChunk)? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !isStopped, handedOut < count, handedOut >= taken + window { pthread_cond_wait(changed, mutex) }
    guard !isStopped, handedOut < count else { return nil }
    let number = handedOut
    handedOut += 1
    return (number, spare.popLast() ?? TextChunk())
  }

  func finish(_ number: Int, _ result: Result<TextChunk, Diagnostic>) {
    pthread_mutex_lock(mutex)
    finished[number] = result
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }

  /// Waits for the next chunk in order.
  func take() -> Result<TextChunk, Diagnostic> {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = finished.removeValue(forKey: taken) {
        taken += 1
        pthread_cond_broadcast(changed)
        return result
      }
      pthread_cond_wait(changed, mutex)
    }
  }

  /// Gives a taken chunk's memory back for another.
  func recycle(_ text: TextChunk) {
    text.bytes.removeAll()
    pthread_mutex_lock(mutex)
    spare.append(text)
    pthread_mutex_unlock(mutex)
  }

  /// Hands out nothing more.
  func stop() {
    pthread_mutex_lock(mutex)
    isStopped = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }
}

/// The lines of one chunk.
final class TextChunk: @unchecked Sendable {
  // Proof for @unchecked: a chunk has one owner at a time, and changes hands inside the queue's lock.
  var bytes = ByteBuffer(capacity: 1 << 18)
  /// Lines in the order in which they were made, and where each of them lies, in the order in which they are wanted.
  var scratch = ByteBuffer(capacity: 1 << 18)
  var ranges: [Range<Int>] = []
  /// See `ExampleLineRenderer.touch`.
  var touched: UInt64 = 0

  /// Puts the lines in order.
  func assemble() {
    bytes.reserve(scratch.count)
    scratch.withBytes { made in
      for range in ranges { bytes.append(UnsafeRawBufferPointer(rebasing: made[range])) }
    }
  }
}
