import Glibc
import JSON
import Records
import Synchronization

/// A server on this machine that speaks enough of the OpenAI protocol, and misbehaves as it is told to; it counts
/// what it answered.
public final class FaultyServer: Sendable {
  /// What happens to a request instead of an answer.
  public enum Fault: Sendable, Hashable {
    case status(Int, headers: [String] = [], message: String = "try again")
    /// No answer for so many seconds, then none at all.
    case silence(Double)
    /// The connection ends in the middle of the answer.
    case cut
    /// The connection ends without a word.
    case gone
    /// An answer that is no JSON.
    case nonsense
    /// A log-probability fewer than tokens; a chat's answer without its message.
    case lacking
    /// A whole answer once so many requests were under way at a time, or after five seconds.
    case together(Int)
    /// A whole answer in pieces, each a little later.
    case slow
  }

  public struct Manners: Sendable {
    public var models = ["pretend"]
    /// What must stand behind `Bearer`; nil: nothing is asked for.
    public var key: String?
    /// Whether prompts are given back with log-probabilities.
    public var echoes = true
    /// Whether those are moved by a place, as in some servers.
    public var isShifted = false
    public var takesLists = true
    /// Decides by the request's body and how often it came before.
    public var fault: @Sendable (_ body: String, _ before: Int) -> Fault?

    public init(fault: @escaping @Sendable (_ body: String, _ before: Int) -> Fault? = { _, _ in nil }) {
      self.fault = fault
    }
  }

  struct Record {
    /// How often each request came, by its path and body.
    var came: [String: Int] = [:]
    /// How often each was answered whole.
    var answered: [String: Int] = [:]
    var underWay = 0
    var mostAtATime = 0
    var connections: Set<Int32> = []
    var isOver = false
  }

  public let port: UInt16
  let manners: Manners
  private let listener: Int32
  let record = Mutex(Record())

  public struct CannotListen: Error {}

  public init(_ manners: Manners = Manners()) throws {
    self.manners = manners
    signal(SIGPIPE, SIG_IGN)
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
        bind(descriptor, place, length) == 0 && listen(descriptor, 64) == 0
          && getsockname(descriptor, place, &length) == 0
      }
    }
    guard listener >= 0, code else { throw CannotListen() }
    port = UInt16(bigEndian: address.sin_port)
    Self.thread { [self] in accept() }
  }

  public var url: String { "http://127.0.0.1:\(port)/v1" }

  /// Stops listening and ends all connections.
  public func stop() {
    let open = record.withLock { record in
      record.isOver = true
      return record.connections
    }
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    for connection in open { shutdown(connection, Int32(SHUT_RDWR)) }
  }

  /// How often each request was answered whole, by path and body.
  public var answered: [String: Int] { record.withLock { $0.answered } }

  /// How often each came.
  public var came: [String: Int] { record.withLock { $0.came } }

  /// The most requests that were under way at a time.
  public var mostAtATime: Int { record.withLock { $0.mostAtATime } }

  private func accept() {
    while true {
      let connection = Glibc.accept(listener, nil, nil)
      if connection < 0 {
        if errno == EINTR || errno == ECONNABORTED { continue }
        return
      }
      // Programs that a test starts must not keep the connection open.
      _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
      let isOver = record.withLock { record in
        record.connections.insert(connection)
        return record.isOver
      }
      guard !isOver else { return }
      Self.thread { [self] in
        Exchange(self, connection).run()
        _ = record.withLock { $0.connections.remove(connection) }
        close(connection)
      }
    }
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private static func thread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let code = pthread_create(
      &thread, nil,
      { argument in
        // Safe: the object retained above is handed over to this thread alone.
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    if code == 0 { pthread_detach(thread) } else { work.release() }
  }
}
