import Bytes
import Records

/// Takes what the readers deliver through the steps of a description, in this order: conditions, fields,
/// repeats, the source's limit, the corpus' limit.
final class RecordIntake: RawRecordSink {
  private(set) var summary: CorpusSummary
  private let description: CorpusDescription
  private let deliver: (Record) throws -> Void
  private var mapper: FieldMapper?
  private var source: CorpusDescription.Source?
  private var seen: Set<RecordID> = []
  private let dedupe: [Int]
  private let group: [Int]
  private var chosenOfSource: HashedChoice?
  private var chosen: HashedChoice?
  private let setAside: (BadRecord, CorpusDescription.Source) throws -> Void

  init(
    _ description: CorpusDescription,
    setAside: @escaping (BadRecord, CorpusDescription.Source) throws -> Void,
    deliver: @escaping (Record) throws -> Void
  ) {
    self.description = description
    self.setAside = setAside
    self.deliver = deliver
    let schema = description.schema
    summary = CorpusSummary(schema: schema)
    dedupe = description.dedupe.compactMap { schema.index(of: $0) }
    group = description.group.compactMap { schema.index(of: $0) }
    chosen = description.limit.map { HashedChoice(limit: $0, fields: schema.fields) }
  }

  func begin(_ source: CorpusDescription.Source, _ mapper: FieldMapper) {
    self.source = source
    self.mapper = mapper
    chosenOfSource = source.limit.map { HashedChoice(limit: $0, fields: summary.schema.fields) }
  }

  /// A datum that the reader passed over.
  func skip() { summary.skipped += 1 }

  func take(_ raw: RawRecord) throws {
    guard let mapper else { return }
    let values: [Value]
    do {
      guard let made = try mapper.values(raw) else { return skip() }
      values = made
    } catch let fault as FieldMapper.Fault {
      let position = fault.path.map { raw.position(of: $0) } ?? raw.start
      return try refuse(
        BadRecord(
          reason: fault.reason, position: position, span: fault.span, bytes: raw.bytes,
          size: raw.bytes.count))
    }
    if !dedupe.isEmpty, !seen.insert(id(dedupe, values)).inserted {
      summary.duplicates += 1
      return
    }
    let record = Record(
      values: values, split: source?.split, group: group.isEmpty ? nil : id(group, values).high)
    if chosenOfSource?.add(record) == nil { try pass(record) }
  }

  func refuse(_ bad: BadRecord) throws {
    summary.quarantined += 1
    if let source { try setAside(bad, source) }
  }

  func end(input: CorpusSummary.Input) throws {
    if let count = chosenOfSource?.count, let kept = chosenOfSource?.take() {
      summary.beyondLimit += count - kept.count
      for record in kept { try pass(record) }
    }
    if !summary.inputs.contains(where: { $0.path.utf8.elementsEqual(input.path.utf8) }) {
      summary.inputs.append(input)
    }
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
    try deliver(record)
    summary.records += 1
  }

  private func id(_ places: [Int], _ values: [Value]) -> RecordID {
    RecordID(fields: places.map { summary.schema.fields[$0] }, values: places.map { values[$0] })
  }
}
