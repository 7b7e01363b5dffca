/// What an audit found wrong, by kind; of each kind the first few in full.
struct AuditFindings {
  private(set) var kinds: [(kind: String, count: Int, examples: [String])] = []
  private static let shown = 10

  var isEmpty: Bool { kinds.isEmpty }
  var count: Int { kinds.reduce(0) { $0 + $1.count } }

  /// - Parameters:
  ///   - kind: the same words for the same kind.
  ///   - what: this one, in a sentence.
  mutating func add(_ kind: String, _ what: @autoclosure () -> String) {
    let place = kinds.firstIndex { $0.kind.utf8.elementsEqual(kind.utf8) } ?? kinds.count
    if place == kinds.count { kinds.append((kind, 0, [])) }
    kinds[place].count += 1
    if kinds[place].examples.count < Self.shown { kinds[place].examples.append(what()) }
  }
}
