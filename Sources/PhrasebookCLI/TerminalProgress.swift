import Glibc
import Phrasebook
import Synchronization

/// Progress on standard error: a line that renews itself on a terminal, else one line a stage.
final class TerminalProgress: ProgressSink {
  private let quiet: Bool
  private let verbose: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let shown = Mutex(false)

  init(quiet: Bool, verbose: Bool) {
    self.quiet = quiet
    self.verbose = verbose
  }

  func note(_ line: String) {
    guard !quiet else { return }
    shown.withLock { shown in
      write((shown ? "\r\u{1B}[K" : "") + line + "\n", to: STDERR_FILENO)
      shown = false
    }
  }

  func detail(_ line: String) {
    if verbose { note(line) }
  }

  func warning(_ line: String) {
    shown.withLock { shown in
      write((shown ? "\r\u{1B}[K" : "") + "warning: " + line + "\n", to: STDERR_FILENO)
      shown = false
    }
  }

  func update(_ line: String) {
    guard !quiet, isTerminal else { return }
    shown.withLock { shown in
      write("\r\u{1B}[K" + line, to: STDERR_FILENO)
      shown = true
    }
  }
}
