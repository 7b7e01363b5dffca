import Bytes
import Records

/// Takes what the readers deliver through the steps of a description, in this order: conditions, fields, the
/// filter, repeats, the sample, the source's limit, the corpus' limit.
final class RecordIntake: RawRecordSink {
  typealias Deliver = (_ values: PackedValues, _ split: Split?, _ group: UInt64?) throws -> Void
  typealias SetAside = (_ bad: BadRecord, _ file: String) throws -> Void

  @exclusivity(unchecked) private(set) var summary: CorpusSummary
  private let description: CorpusDescription
  private let deliver: Deliver
  private let setAside: SetAside
  private let filter: CorpusReader.Filter?
  private var mapper: FieldMapper?
  private var split: Split?
  private var file = ""
  private var seen: Set<RecordID> = []
  private let dedupe: PackedIdentity?
  private let group: PackedIdentity?
  private let sample: (share: Double, identity: PackedIdentity)?
  private var chosenOfSource: HashedChoice?
  private var chosen: HashedChoice?
  /// Whether records go straight from the mapper to `deliver`.
  private var isDirect = false

  init(
    _ description: CorpusDescription, filter: CorpusReader.Filter?, setAside: @escaping SetAside,
    deliver: @escaping Deliver
  ) {
    self.description = description
    self.filter = filter
    self.setAside = setAside
    self.deliver = deliver
    let schema = description.schema
    summary = CorpusSummary(schema: schema)
    func identity(_ names: [String]) -> PackedIdentity? {
      names.isEmpty ? nil : PackedIdentity(schema, chosen: names.compactMap { schema.index(of: $0) })
    }
    dedupe = identity(description.dedupe)
    group = identity(description.group)
    sample = description.sample.map { ($0, PackedIdentity(schema)) }
    chosen = description.limit.map { HashedChoice(limit: $0, fields: schema.fields) }
  }

  func begin(_ source: CorpusDescription.Source) {
    split = source.split
    chosenOfSource = source.limit.map { HashedChoice(limit: $0, fields: summary.schema.fields) }
    isDirect =
      filter == nil && dedupe == nil && group == nil && sample == nil && chosenOfSource == nil
      && chosen == nil
  }

  /// - Parameter file: the name that quarantine and counts use.
  func begin(file: String, _ mapper: FieldMapper) {
    self.file = file
    self.mapper = mapper
  }

  func skip() { summary.skipped += 1 }

  func noteRepeatedKey(_ key: String, at position: TextPosition) {
    summary.repeatedKeys += 1
    if summary.firstRepeatedKey == nil {
      summary.firstRepeatedKey = "'\(key)' at \(file):\(position.line):\(position.column)"
    }
  }

  func take(_ raw: RawRecord) throws {
    guard let mapper else { return }
    do {
      let holds = try mapper.map(raw) { values in
        if isDirect {
          try deliver(values, split, nil)
          summary.records += 1
        } else {
          try take(values)
        }
      }
      if !holds { skip() }
    } catch let fault as FieldMapper.Fault {
      let position = fault.path.map { raw.position(of: $0) } ?? raw.start
      try refuse(
        BadRecord(
          reason: fault.reason, position: position, span: fault.span, bytes: raw.bytes,
          size: raw.bytes.count))
    }
  }

  private func take(_ values: PackedValues) throws {
    if let filter {
      do throws(FilterFailure) {
        guard try filter(values) else {
          summary.filtered += 1
          return
        }
      } catch {
        throw FieldMapper.Fault(reason: error.reason, path: nil)
      }
    }
    if let dedupe, !seen.insert(dedupe.id(of: values)).inserted {
      summary.duplicates += 1
      return
    }
    if let sample {
      // Not the id itself: splits are drawn from that, and must not depend on this choice.
      let id = sample.identity.id(of: values)
      let draw = SeedKey(seed: 0).part("sample").part(id.high).part(id.low).unit
      guard draw < sample.share else {
        summary.beyondLimit += 1
        return
      }
    }
    let group = group?.id(of: values).high
    guard chosenOfSource != nil || chosen != nil else {
      try deliver(values, split, group)
      summary.records += 1
      return
    }
    let record = Record(values: values.values, split: split, group: group)
    if chosenOfSource?.add(record) == nil { try pass(record) }
  }

  func refuse(_ bad: BadRecord) throws {
    summary.quarantined += 1
    try setAside(bad, file)
  }

  func endFile(_ input: CorpusSummary.Input) {
    if !summary.inputs.contains(where: { $0.path.utf8.elementsEqual(input.path.utf8) }) {
      summary.inputs.append(input)
    }
  }

  func endSource() throws {
    guard let count = chosenOfSource?.count, let kept = chosenOfSource?.take() else { return }
    summary.beyondLimit += count - kept.count
    for record in kept { try pass(record) }
  }

  func finish() throws {
    guard let count = chosen?.count, let kept = chosen?.take() else { return }
    summary.beyondLimit += count - kept.count
    for record in kept { try give(record) }
  }

  private func pass(_ record: Record) throws {
    if chosen?.add(record) == nil { try give(record) }
  }

  private func give(_ record: Record) throws {
    var packed = ByteBuffer()
    var places: [Int] = []
    for value in record.values {
      places.append(packed.count)
      PackedValue.append(value, to: &packed)
    }
    try packed.withBytes { bytes in
      try places.withUnsafeBufferPointer { places in
        try deliver(PackedValues(bytes: bytes, places: places), record.split, record.group)
      }
    }
    summary.records += 1
  }
}
