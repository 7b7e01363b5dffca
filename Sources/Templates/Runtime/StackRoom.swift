import Glibc

/// How much of a thread's stack is left: values and templates can be nested by data, and a stack that ends
/// takes the process with it.
struct StackRoom: Sendable {
  private var lowest: UInt = .max
  private var highest: UInt = 0
  /// For the functions at the bottom, which call no deeper.
  private static let reserve: UInt = 96 << 10

  /// The room of the thread that asks.
  init() { enter() }

  private init(lowest: UInt, highest: UInt) { (self.lowest, self.highest) = (lowest, highest) }

  /// None until a thread enters.
  static let unknown = StackRoom(lowest: .max, highest: 0)

  /// Makes it the room of the thread that asks, should that be another than before.
  mutating func enter() {
    let here = Self.here()
    if here > lowest, here < highest { return }
    let stack = Self.stackOfThread() ?? (here > 384 << 10 ? here - 384 << 10 : 0, here + 4096)
    (lowest, highest) = (stack.low + Self.reserve, stack.high)
  }

  var isLeft: Bool { Self.here() > lowest }

  var bytesLeft: UInt {
    let here = Self.here()
    return here > lowest ? here - lowest : 0
  }

  @inline(never)
  private static func here() -> UInt {
    var marker: UInt8 = 0
    return withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
  }

  private typealias GetAttributes =
    @convention(c) (pthread_t, UnsafeMutablePointer<pthread_attr_t>) -> Int32

  /// glibc's own; its header hides it from Swift.
  private static let getAttributes: GetAttributes? = dlsym(nil, "pthread_getattr_np").map {
    unsafeBitCast($0, to: GetAttributes.self)
  }

  /// The first thread's stack: for it glibc would read and parse a list of all memory each time.
  private static let firstStack: (low: UInt, high: UInt)? = {
    var limit = rlimit()
    guard let end = dlsym(nil, "__libc_stack_end"),
      getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0
    else {
      return nil
    }
    let high = end.load(as: UInt.self)
    // Without a limit it grows until it meets something: eight megabytes, the usual limit, are free.
    let size = min(UInt(limit.rlim_cur), 8 << 20)
    // Arguments and environment lie above and count too.
    let above: UInt = 256 << 10
    return high > size && size > 2 * above ? (high - size + above, high) : nil
  }()

  private static func stackOfThread() -> (low: UInt, high: UInt)? {
    let here = here()
    if let first = firstStack, here > first.low, here < first.high { return first }
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    defer { attributes.deallocate() }
    guard let getAttributes, getAttributes(pthread_self(), attributes) == 0 else { return nil }
    defer { pthread_attr_destroy(attributes) }
    var base: UnsafeMutableRawPointer?
    var size = 0
    guard pthread_attr_getstack(attributes, &base, &size) == 0, let base else { return nil }
    return (UInt(bitPattern: base), UInt(bitPattern: base) + UInt(size))
  }
}

/// Runs a closure where there is room for deep recursion: here, or on a thread of its own.
func withDeepStack<Result>(_ body: () -> Result) -> Result {
  if StackRoom().bytesLeft >= 2 << 20 { return body() }
  return withoutActuallyEscaping(body) { body in
    var result: Result?
    let work = DeepWork { result = body() }
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    defer { attributes.deallocate() }
    pthread_attr_init(attributes)
    defer { pthread_attr_destroy(attributes) }
    pthread_attr_setstacksize(attributes, 16 << 20)
    var thread: pthread_t = 0
    let code = pthread_create(
      &thread, attributes,
      { argument in
        if let argument { Unmanaged<DeepWork>.fromOpaque(argument).takeUnretainedValue().body() }
        return nil
      }, Unmanaged.passUnretained(work).toOpaque())
    if code == 0 { pthread_join(thread, nil) }
    // No thread is to be had: the guards of the recursions hold here too.
    return result ?? body()
  }
}

private final class DeepWork {
  let body: () -> Void
  init(_ body: @escaping () -> Void) { self.body = body }
}
