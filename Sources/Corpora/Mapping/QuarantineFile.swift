import Bytes

/// The quarantine of one reading, opened with the first bad record.
final class QuarantineFile {
  private let path: String?
  private let limits: ReadingLimits
  private var file: Quarantine?

  init(path: String?, limits: ReadingLimits) {
    self.path = path
    self.limits = limits
  }

  func add(_ bad: BadRecord, in source: String) throws(Diagnostic) {
    guard let path else { return }
    if file == nil { file = try Quarantine(path: path, limits: limits) }
    try file?.add(bad, in: source)
  }

  /// Puts the file in its place, if there is any.
  func commit() throws(Diagnostic) {
    guard let done = file.take() else { return }
    try done.commit()
  }
}
