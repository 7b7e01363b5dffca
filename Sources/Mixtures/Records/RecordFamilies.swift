import Bytes
import Diversity
import Records

/// Records of a task that belong together: near-duplicates by MinHash over their texts, records of one group, and
/// those connected through others.
struct RecordFamilies {
  /// For each record the place, among the records, of the first of its family.
  private(set) var firstMembers: [Int]

  /// - Parameters:
  ///   - places: of the records in the store.
  ///   - similarity: of their runs of five words, from which two are near-duplicates.
  init(_ places: [UInt32], of store: RecordStore, similarity: Double, threads: Int) {
    var texts = ByteBuffer(capacity: 1 << 20)
    var ranges: [Range<Int>] = []
    for place in places {
      let start = texts.count
      Self.append(store.record(Int(place)), fields: store.schema.fields.count, to: &texts)
      ranges.append(start..<texts.count)
    }
    firstMembers = Array(places.indices)
    let search = NearDuplicateSearch(similarity: similarity)
    for pair in texts.withBytes({ search.pairs($0, ranges, threads: threads) }) {
      join(pair.first, pair.second)
    }
    var groups: [UInt64: Int] = [:]
    for (member, place) in places.enumerated() {
      let group = store.record(Int(place)).group
      if let first = groups[group] { join(first, member) } else { groups[group] = member }
    }
    for member in firstMembers.indices { firstMembers[member] = first(member) }
  }

  /// A record's texts, a line each; labels and numbers tell nothing of what it is about.
  private static func append(_ record: PackedRecord, fields: Int, to texts: inout ByteBuffer) {
    for field in 0..<fields {
      _ = PackedValue.anyText(record.fieldBytes(field)) { text in
        texts.append(text)
        texts.append(10)
        return false
      }
    }
  }

  private func first(_ member: Int) -> Int {
    var member = member
    while firstMembers[member] != member { member = firstMembers[member] }
    return member
  }

  private mutating func join(_ a: Int, _ b: Int) {
    let (a, b) = (first(a), first(b))
    // The smaller place stays the root, so that a root is its family's first member.
    firstMembers[max(a, b)] = min(a, b)
  }
}
