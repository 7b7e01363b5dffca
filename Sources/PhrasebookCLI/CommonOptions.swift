import ArgumentParser
import Bytes
import Glibc
import Phrasebook

/// What every command takes.
struct CommonOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Threads to compute with (default: all cores).", valueName: "n"))
  var threads: Int?

  @Flag(name: .long, help: "Print results and errors only.")
  var quiet = false

  @Flag(name: .long, help: "Print more about what is done.")
  var verbose = false

  @Flag(name: .long, help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if let threads, !(1...1_024).contains(threads) {
      throw ValidationError("'--threads' must be from 1 to 1024, found \(threads).")
    }
    if quiet, verbose { throw ValidationError("'--quiet' and '--verbose' cannot go together.") }
  }

  /// The session that a command runs in: threads and where progress goes.
  var session: Session {
    Session(
      threads: threads ?? coreCount(), progress: TerminalProgress(quiet: quiet, verbose: verbose),
      stop: Interruption.stop)
  }

  /// Whether standard output may carry colours.
  var colour: Bool { isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil }

  /// Columns of the terminal; 100 where standard output is none.
  var width: Int {
    var size = winsize()
    let known = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return known ? Int(size.ws_col) : 100
  }

  /// Prints a command's result: the text, or its JSON where `--json` asks for it.
  func print(_ result: CommandResult) throws {
    try standardOutput(json ? result.json : result.text(width: width, colour: colour))
  }
}

/// Writes to standard output at once; a full disk is an error, not a crash.
func standardOutput(_ text: String) throws {
  var text = text
  try text.withUTF8 { try standardOutput(UnsafeRawBufferPointer($0)) }
}

/// The same for bytes.
func standardOutput(_ bytes: UnsafeRawBufferPointer) throws {
  let code = write(bytes, to: STDOUT_FILENO)
  guard code == 0 else { throw Diagnostic.system("write", "standard output", errno: code) }
}

/// Writes a text to a descriptor; 0 or the `errno`.
@discardableResult
func write(_ text: String, to descriptor: Int32) -> Int32 {
  var text = text
  return text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
}

private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
  var rest = bytes
  while !rest.isEmpty {
    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
    if count < 0, errno != EINTR { return errno }
    rest = UnsafeRawBufferPointer(rebasing: rest[max(0, count)...])
  }
  return 0
}

private func coreCount() -> Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
