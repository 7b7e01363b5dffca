import Glibc

/// Another program, run to its end.
public enum ChildProcess {
  public struct Outcome: Sendable, Hashable {
    /// The exit status; 128 and the signal's number where a signal ended it.
    public var status: Int32
    /// What it wrote to standard output and, mixed in where asked for, standard error.
    public var output: String
  }

  /// Runs a program that is looked for in `PATH`, with this program's environment and nothing to read.
  ///
  /// - Parameters:
  ///   - words: the program's name and its arguments.
  ///   - withErrors: whether what it writes to standard error is part of the output; otherwise it is dropped.
  /// - Returns: nil where there is no such program.
  /// - Throws: a `Diagnostic` when there are no pipes or processes to be had.
  public static func run(_ words: [String], withErrors: Bool = false) throws(Diagnostic) -> Outcome? {
    guard let name = words.first else { return nil }
    var pipeEnds: [Int32] = [-1, -1]
    guard pipe(&pipeEnds) == 0 else { throw .system("run", name, errno: errno) }
    // The child gets its end under another number only: this one would keep the pipe open for its children.
    for end in pipeEnds { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(pipeEnds[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], STDOUT_FILENO)
    if withErrors {
      posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], STDERR_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    }
    var child: pid_t = 0
    let code = withCStrings(words) { arguments in
      withCStrings(environment) { posix_spawnp(&child, name, &actions, nil, arguments, $0) }
    }
    close(pipeEnds[1])
    if code == ENOENT { return nil }
    guard code == 0 else { throw .system("run", name, errno: code) }
    let output = readAll(pipeEnds[0])
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return Outcome(
      status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: String(decoding: output, as: UTF8.self)
    )
  }

  static func readAll(_ descriptor: Int32) -> [UInt8] {
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return output }
      output += chunk[..<count]
    }
  }

  /// This program's environment as it was started with: the C library's own list may change under a reader.
  static var environment: [String] {
    let descriptor = open("/proc/self/environ", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    return readAll(descriptor).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}
