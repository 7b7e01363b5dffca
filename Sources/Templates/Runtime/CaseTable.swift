/// Something for each case of an enumeration, found without hashing. It is never given up: tables are made once for
/// all, and in memory of their own they are read without counting.
struct CaseTable<Case: CaseIterable & Sendable, Entry: Sendable>: Sendable {
  /// By the case's only byte.
  // Safe: nothing changes it after `init`.
  nonisolated(unsafe) private let entries: UnsafeMutablePointer<Entry>

  init(_ entry: (Case) -> Entry) {
    let all = Array(Case.allCases)
    let count = (all.map(Self.byte).max() ?? 0) + 1
    var places = [Int](repeating: 0, count: count)
    for (place, item) in all.enumerated() { places[Self.byte(item)] = place }
    entries = .allocate(capacity: count)
    entries.initialize(from: places.map { entry(all[$0]) }, count: count)
  }

  subscript(item: Case) -> Entry { entries[Self.byte(item)] }

  /// An enumeration without payloads and with fewer than 256 cases is one byte.
  private static func byte(_ item: Case) -> Int { withUnsafeBytes(of: item) { Int($0.first ?? 0) } }
}
