import Bytes
import Dispatch
import Glibc
import Phrasebook
import Synchronization

/// Ctrl-C and a polite kill: a stage that can save its state is asked to, once; else what is half-written is
/// removed and the program ends.
enum Interruption {
  private nonisolated(unsafe) static var sources: [any DispatchSourceSignal] = []
  /// The signal that asked for a stop; 0: none.
  private static let signalNumber = Atomic<Int32>(0)

  /// What the command's session listens to.
  static let stop = StopRequest()

  /// The exit status of a program that stopped because of a signal, as shells give it; nil where there was none.
  static var status: Int32? {
    let number = signalNumber.load(ordering: .sequentiallyConsistent)
    return number == 0 ? nil : 128 + number
  }

  /// Called once, before any other thread runs; that is why the unguarded list is safe.
  static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInitiated))
      source.setEventHandler {
        signalNumber.store(number, ordering: .sequentiallyConsistent)
        if stop.isHeard, stop.request() {
          write("\nstopping after this step, with the state saved; once more: at once\n", to: STDERR_FILENO)
          return
        }
        UnfinishedFiles.removeAll()
        _exit(128 + number)
      }
      source.resume()
      sources.append(source)
    }
  }
}
