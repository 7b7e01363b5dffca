import Bytes

/// Makes a failing case smaller: leaves out ever smaller pieces of its parts as long as it fails in the same way.
struct Minimizer {
  private let ending: ChildProcess.Ending
  private let folder: String
  private let arguments: [String]
  private let deadline: UInt64

  /// - Parameter arguments: limits for the children.
  init(_ ending: ChildProcess.Ending, folder: String, arguments: [String], seconds: UInt64 = 30) {
    (self.ending, self.folder, self.arguments) = (ending, folder, arguments)
    deadline = ProcessLimits.now() + seconds * 1_000_000_000
  }

  func smaller(_ test: FuzzCase) throws -> FuzzCase {
    var best = test
    for part in test.parts.sorted(by: { $0.bytes.count > $1.bytes.count }) {
      var without = best
      without[part.name] = nil
      if !without.parts.isEmpty, try fails(without) {
        best = without
      } else {
        try shorten(part.name, &best)
      }
    }
    return best
  }

  private func shorten(_ name: String, _ best: inout FuzzCase) throws {
    var size = max(1, (best[name]?.count ?? 0) / 2)
    while true {
      var place = 0
      while let bytes = best[name], place < bytes.count {
        guard ProcessLimits.now() < deadline else { return }
        var trial = best
        trial[name] = Array(bytes[..<place] + bytes[min(bytes.count, place + size)...])
        if try fails(trial) { best = trial } else { place += size }
      }
      guard size > 1 else { return }
      size /= 2
    }
  }

  private func fails(_ test: FuzzCase) throws -> Bool {
    try? removeTree(folder)
    try test.write(to: folder)
    return try ChildProcess(arguments + ["--replay", folder], log: folder + ".log", traced: false).wait()
      == ending
  }
}
