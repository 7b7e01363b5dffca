import Bytes
import Dispatch
import Glibc

/// Ctrl-C and a polite kill: what is half-written is removed, then the program ends.
enum Interruption {
  private nonisolated(unsafe) static var sources: [any DispatchSourceSignal] = []

  /// Called once, before any other thread runs; that is why the unguarded list is safe.
  static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInitiated))
      source.setEventHandler {
        UnfinishedFiles.removeAll()
        // The status that shells give for a program ended by this signal.
        _exit(128 + number)
      }
      source.resume()
      sources.append(source)
    }
  }
}
