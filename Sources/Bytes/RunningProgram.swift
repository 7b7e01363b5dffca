import Glibc

/// Another program whose output is read while it runs; ended with it where it is dropped.
public struct RunningProgram: ~Copyable {
  private let name: String
  private let child: pid_t
  private let output: Int32
  /// A file without a name: a pipe that nobody reads would stop the program.
  private let errors: Int32
  private let buffer: UnsafeMutableRawBufferPointer
  private var isOver = false

  /// Starts a program with this program's environment and nothing to read; nil where there is no such program.
  ///
  /// - Parameters:
  ///   - words: the program's name or path and its arguments.
  ///   - folder: in which it runs.
  /// - Throws: a `Diagnostic` when there are no pipes or processes to be had.
  public init?(_ words: [String], in folder: String = ".") throws(Diagnostic) {
    guard let name = words.first, Self.isThere(name) else { return nil }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .system("run", name, errno: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(place)/phrasebook-errors-XXXXXX".utf8CString)
    let errors = mkstemp(&template)
    guard errors >= 0 else {
      let code = errno
      for end in ends { close(end) }
      throw .system("make a file in", place, errno: code)
    }
    unlink(template)
    _ = fcntl(errors, F_SETFD, FD_CLOEXEC)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    // The shell goes to the folder and becomes the program.
    let inside = folder == "." ? words : ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + words
    var child: pid_t = 0
    let code = ChildProcess.withCStrings(inside) { arguments in
      ChildProcess.withCStrings(ChildProcess.environment) {
        posix_spawnp(&child, inside[0], &actions, nil, arguments, $0)
      }
    }
    close(ends[1])
    guard code == 0 else {
      close(ends[0])
      close(errors)
      if code == ENOENT { return nil }
      throw .system("run", name, errno: code)
    }
    self.name = name
    self.child = child
    self.errors = errors
    output = ends[0]
    buffer = .allocate(byteCount: 1 << 18, alignment: 64)
  }

  /// Whether there is such a program, by its path or in `PATH`.
  public static func isThere(_ name: String) -> Bool {
    if name.utf8.contains(UInt8(ascii: "/")) { return access(name, X_OK) == 0 }
    let folders = getenv("PATH").map { String(cString: $0) } ?? ""
    return folders.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
  }

  deinit {
    if !isOver {
      kill(child, SIGTERM)
      var status: Int32 = 0
      while waitpid(child, &status, 0) < 0, errno == EINTR {}
    }
    close(output)
    close(errors)
    buffer.deallocate()
  }

  /// Gives the next piece of what the program writes to standard output; false at its end.
  public mutating func next(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
    var count = read(output, buffer.baseAddress, buffer.count)
    while count < 0, errno == EINTR { count = read(output, buffer.baseAddress, buffer.count) }
    guard count >= 0 else { throw Diagnostic.system("read from", name, errno: errno) }
    guard count > 0 else { return false }
    try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    return true
  }

  /// Waits for the program's end: its exit status (128 and the signal's number where a signal ended it), and
  /// what it wrote to standard error.
  public mutating func finish() -> (status: Int32, errors: String) {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    isOver = true
    lseek(errors, 0, SEEK_SET)
    let signal = status & 0x7F
    let text = String(decoding: ChildProcess.readAll(errors), as: UTF8.self)
    return (signal == 0 ? status >> 8 & 0xFF : 128 + signal, text)
  }
}
