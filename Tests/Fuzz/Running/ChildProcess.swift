import Bytes
import Glibc

/// This program, started again.
struct ChildProcess {
  let process: pid_t
  /// The file with everything that it says.
  let log: String

  /// How a process ended.
  enum Ending: Hashable, CustomStringConvertible {
    case finished
    case violation
    case hang
    case signal(Int32)
    case status(Int32)

    init(_ status: Int32) {
      let signal = status & 0x7F
      switch (signal, (status >> 8) & 0xFF) {
      case (SIGPROF, _), (SIGALRM, _): self = .hang
      case (0, 0): self = .finished
      case (0, Worker.violated): self = .violation
      case (0, let code): self = .status(code)
      default: self = .signal(signal)
      }
    }

    var description: String {
      switch self {
      case .finished: "no failure"
      case .violation: "broken promise"
      case .hang: "hang"
      case .signal(let number): "signal \(number)"
      case .status(let code): "exit status \(code)"
      }
    }
  }

  /// - Parameter traced: whether a crash prints a backtrace, which takes a second.
  init(_ arguments: [String], log: String, traced: Bool) throws {
    self.log = log
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var environment = try Self.contents("/proc/self/environ").split(separator: "\0").map(String.init)
      .filter { !$0.hasPrefix("SWIFT_BACKTRACE=") }
    environment.append(
      "SWIFT_BACKTRACE=" + (traced ? "enable=yes,color=no,interactive=no,limit=64,sanitize=no" : "enable=no"))
    let words = (["phrasebook-fuzz"] + arguments).map { strdup($0) }
    let variables = environment.map { strdup($0) }
    defer { for word in words + variables { free(word) } }
    var child = pid_t()
    let code = posix_spawn(&child, "/proc/self/exe", &actions, nil, words + [nil], variables + [nil])
    guard code == 0 else { throw Diagnostic.system("start", "phrasebook-fuzz", errno: code) }
    process = child
  }

  func wait() -> Ending {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return Ending(status)
  }

  /// A file's text, also of files that have no size.
  static func contents(_ path: String) throws -> String {
    var file = try ChunkedFile(path: path)
    var bytes: [UInt8] = []
    while try file.next({ bytes += $0 }) {}
    return String(decoding: bytes, as: UTF8.self)
  }
}
