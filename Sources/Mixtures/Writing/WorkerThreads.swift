import Bytes
import Glibc

/// Threads that run one function each until it returns.
struct WorkerThreads: ~Copyable {
  private var threads: [pthread_t] = []

  /// Starts `count` threads; fewer, but at least one, where the system gives no more.
  ///
  /// - Throws: when not even one can be started.
  init(_ count: Int, _ body: @escaping @Sendable () -> Void) throws(Diagnostic) {
    for _ in 0..<max(1, count) {
      var thread = pthread_t()
      let work = Unmanaged.passRetained(Work(body))
      let code = pthread_create(
        &thread, nil,
        { argument in
          // Safe: the argument is the object retained above, handed over to this thread alone.
          if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
          return nil
        }, work.toOpaque())
      guard code == 0 else {
        work.release()
        if threads.isEmpty {
          throw Diagnostic("cannot start a thread: \(systemMessage(code))", cause: .environment)
        }
        break
      }
      threads.append(thread)
    }
  }

  /// Waits until every thread has returned.
  consuming func join() {
    for thread in threads { pthread_join(thread, nil) }
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
