import Bytes

/// A case that broke something.
struct Failure {
  var kind: FuzzKind
  var number: Int
  var ending: ChildProcess.Ending
  /// What the child said.
  var log: String
  /// Where it broke, by which one cause is known again.
  var signature: String

  init(_ kind: FuzzKind, _ number: Int, _ ending: ChildProcess.Ending, log: String) {
    (self.kind, self.number, self.ending, self.log) = (kind, number, ending, log)
    signature = Self.signature(ending, log)
  }

  /// The first frames of ours in a backtrace, or for a full stack one of those that call each other; for a
  /// broken promise the first words of what was said.
  private static func signature(_ ending: ChildProcess.Ending, _ log: String) -> String {
    if ending == .violation { return "\(ending): \(log.prefix { $0 != "\n" }.prefix(60))" }
    var places: [String] = []
    var deepest = 0
    for line in log.split(separator: "\n") {
      if let first = line.split(separator: " ").first, let depth = Int(first) {
        deepest = max(deepest, depth)
      }
      guard places.count < 40, let found = line.utf8.firstRange(of: "/Sources/".utf8) else { continue }
      let place = line[found.upperBound...].split(separator: ":").prefix(2).joined(separator: ":")
      if places.last != place { places.append(place) }
    }
    if deepest > 400, let place = places.min() { return "full stack at \(place)" }
    return "\(ending)" + (places.isEmpty ? "" : " at " + places.prefix(2).joined(separator: " < "))
  }
}
