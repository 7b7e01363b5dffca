import Bytes
import Records

/// At most so many records, chosen by a hash of their content: the same whatever the order of the files.
///
/// Memory holds at most twice the limit.
struct HashedChoice {
  private struct Candidate {
    var key: UInt64
    /// The place in the order of reading; also parts equal keys.
    var place: Int
    var record: Record
  }

  private let limit: Int
  private let fields: [String]
  private var candidates: [Candidate] = []
  private var highest = UInt64.max
  private(set) var count = 0

  init(limit: Int, fields: [String]) {
    self.limit = limit
    self.fields = fields
  }

  mutating func add(_ record: Record) {
    count += 1
    let id = RecordID(fields: fields, values: record.values)
    // Not the id itself: splits are drawn from that, and must not depend on this choice.
    let key = SeedKey(seed: 0).part("limit").part(id.high).part(id.low).value
    guard key <= highest else { return }
    candidates.append(Candidate(key: key, place: count, record: record))
    if candidates.count >= 2 * limit, candidates.count > limit { reduce() }
  }

  private mutating func reduce() {
    guard candidates.count > limit else { return }
    candidates.sort { ($0.key, $0.place) < ($1.key, $1.place) }
    candidates.removeSubrange(limit...)
    highest = candidates.last?.key ?? highest
  }

  /// The chosen records in the order in which they were read; none are kept.
  mutating func take() -> [Record] {
    reduce()
    let chosen = candidates.sorted { $0.place < $1.place }.map(\.record)
    candidates = []
    highest = .max
    count = 0
    return chosen
  }
}
