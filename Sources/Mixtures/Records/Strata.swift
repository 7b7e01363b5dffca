import Bytes
import Records

/// Records divided by the value of a field, so that a sample of them has each value in its share.
struct Strata {
  private let records: [UInt32]
  /// Places among the records, value by value in the order of their first record.
  private var strata: [[Int]] = []
  /// More values than these make no strata but single records.
  private static let most = 64

  /// - Parameter field: one that the store may lack; nil: all records are of one stratum.
  init(_ records: [UInt32], of store: RecordStore, by field: String?) {
    self.records = records
    strata = [Array(records.indices)]
    guard let field = field.flatMap({ store.schema.index(of: $0) }) else { return }
    var places: [[UInt8]: Int] = [:]
    var divided: [[Int]] = []
    for (member, record) in records.enumerated() {
      let bytes = store.record(Int(record)).fieldBytes(field)
      let value = Array(bytes.prefix(PackedValue.size(bytes)))
      let place = places[value] ?? divided.count
      if place == divided.count {
        guard place < Self.most else { return }
        places[value] = place
        divided.append([])
      }
      divided[place].append(member)
    }
    if divided.count > 1 { strata = divided }
  }

  /// At most so many records, spread evenly over each stratum, ascending; the strata get theirs by largest
  /// remainder.
  func sample(_ limit: Int, key: SeedKey) -> [Int] {
    guard strata.count > 1, limit < records.count else {
      return evenSample(of: records.count, limit: limit, key: key).map { Int(records[$0]) }
    }
    // Sizes are whole numbers, which are always exact shares.
    let counts = (try? ExactShares(strata.map { Double($0.count) }).counts(total: limit)) ?? []
    var members: [Int] = []
    for (place, (stratum, count)) in zip(strata, counts).enumerated() {
      members += evenSample(of: stratum.count, limit: count, key: key.part(UInt64(place))).map { stratum[$0] }
    }
    return members.sorted().map { Int(records[$0]) }
  }
}
