import Bytes
import Glibc

/// What a child process may use.
struct ProcessLimits: Sendable {
  /// Bytes of address space; 0: unlimited.
  var memory: Int
  /// Bytes of the stack that cases run on, as small as any thread's that the program is likely to meet.
  var stack: Int
  /// A case that takes more seconds of processor time than this hangs.
  var patience: Int
  /// A case that waits longer than this hangs, too, however busy the machine is.
  static let waitingSeconds = 120
  /// Bytes that may be in memory after a batch of cases.
  static let resident = 700 << 20

  func apply() {
    if memory > 0 {
      var limit = rlimit(rlim_cur: rlim_t(memory), rlim_max: rlim_t(memory))
      setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
  }

  /// Starts the clocks for one case; when one of them runs out, its signal ends the process.
  func startClocks() {
    var time = itimerval()
    time.it_value.tv_sec = patience
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &time, nil)
    time.it_value.tv_sec = Self.waitingSeconds
    setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &time, nil)
  }

  /// Runs work on a thread with the small stack and waits for it.
  func onSmallStack(_ work: @escaping @Sendable () -> Void) throws {
    final class Work: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    defer { attributes.deallocate() }
    pthread_attr_init(attributes)
    pthread_attr_setstacksize(attributes, stack)
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(Work(work)).toOpaque()
    let code = pthread_create(
      &thread, attributes,
      { argument in
        giveSignalsAStack()
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, argument)
    pthread_attr_destroy(attributes)
    guard code == 0 else { throw Diagnostic("cannot start a thread: \(systemMessage(code))") }
    pthread_join(thread, nil)
  }

  /// Nanoseconds of a clock that only runs forward.
  static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// Gives this thread a second stack, on which a backtrace can be printed when the first one is full.
private func giveSignalsAStack() {
  let size = 1 << 17
  var stack = stack_t()
  stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
  stack.ss_size = size
  sigaltstack(&stack, nil)
}
