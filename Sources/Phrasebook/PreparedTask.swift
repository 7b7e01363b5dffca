import Bytes
import JSON
import Mixtures
import Records

/// A task's records as `prepareRecords` left them: `<task>.records`, `<task>.parts` and, last, the note `<task>.json`,
/// which says what they were made from.
struct PreparedTask {
  /// What decides the records and their division, besides the data itself.
  struct Origin {
    /// SHA-256 of the corpus.yaml.
    var description: String
    var seed: UInt64
    var splits: SplitFractions

    func value() -> ValueDictionary {
      ValueDictionary([
        ("description", .string(description)), ("seed", .string("\(seed)")),
        ("validation", .number(splits.validation)), ("test", .number(splits.test)),
        ("near_duplicates", splits.nearDuplicates.map(Value.number) ?? .null),
      ])
    }
  }

  var origin: ValueDictionary
  /// The data files, as a manifest names them.
  var inputs: [InputFile]
  var quarantined: Int
  var records: Int
  /// SHA-256 of the two files.
  var hashes: (records: String, parts: String)

  private static let version = 1
  private static let advice = "prepare the task again"

  static func notePath(_ task: String, in folder: String) -> String { "\(folder)/\(task).json" }
  static func recordsPath(_ task: String, in folder: String) -> String { "\(folder)/\(task).records" }
  static func partsPath(_ task: String, in folder: String) -> String { "\(folder)/\(task).parts" }

  /// Divides and notes a task's records, which are in their place already.
  init(
    _ task: String, _ store: RecordStore, _ origin: Origin, inputs: [InputFile], quarantined: Int,
    in folder: String, threads: Int
  ) throws {
    let parts = try RecordParts(
      store, fractions: origin.splits, key: SeedParts(seed: origin.seed).splits, threads: threads)
    let written = try parts.write(to: Self.partsPath(task, in: folder))
    self.origin = origin.value()
    self.inputs = inputs
    self.quarantined = quarantined
    records = store.count
    hashes = (try hashOfFile(at: Self.recordsPath(task, in: folder)), written.sha256)
    var note = try AtomicFile(path: Self.notePath(task, in: folder))
    try note.write(JSONText.document(value))
    _ = try note.commit()
  }

  private var value: Value {
    .dictionary(
      ValueDictionary([
        ("format_version", .integer(Int64(Self.version))), ("origin", .dictionary(origin)),
        (
          "inputs",
          .list(
            inputs.map {
              .dictionary(ValueDictionary([("path", .string($0.path)), ("sha256", .string($0.sha256))]))
            })
        ), ("quarantined", .integer(Int64(quarantined))), ("records", .integer(Int64(records))),
        ("records_sha256", .string(hashes.records)), ("parts_sha256", .string(hashes.parts)),
      ]))
  }

  /// Reads a task's note; nil where there is none.
  init?(reading task: String, in folder: String) throws(Diagnostic) {
    let path = Self.notePath(task, in: folder)
    guard fileExists(path) else { return nil }
    let note = try JSONNode.read(path, advice: Self.advice)
    let version = try note.required("format_version")
    guard try version.integer() == Self.version else { throw version.mismatch("\(Self.version)") }
    origin = try note.required("origin").dictionary()
    inputs = []
    for input in try note.required("inputs").items() {
      inputs.append(
        InputFile(
          path: try input.required("path").text(), sha256: try input.required("sha256").text()))
    }
    quarantined = try note.required("quarantined").integer()
    records = try note.required("records").integer()
    hashes = (try note.required("records_sha256").text(), try note.required("parts_sha256").text())
  }

  /// The key of what sets the note's origin apart from another; nil where nothing does.
  func difference(from other: Origin) -> String? {
    let other = other.value()
    return other.keys.first { origin[$0] != other[$0] }
  }

  /// Opens the records and their division.
  ///
  /// - Parameter isThorough: whether the records are read once to hold them against their SHA-256.
  /// - Throws: where one is missing or damaged.
  func open(
    _ task: String, schema: Schema, in folder: String, isThorough: Bool
  ) throws -> (store: RecordStore, parts: RecordParts) {
    let (records, parts) = (Self.recordsPath(task, in: folder), Self.partsPath(task, in: folder))
    let store = try RecordStore(path: records, schema: schema)
    let isRight =
      try store.count == self.records && hashOfFile(at: parts) == hashes.parts
      && (!isThorough || hashOfFile(at: records) == hashes.records)
    guard isRight else {
      throw Diagnostic(
        "'\(records)' or '\(parts)' is not what '\(Self.notePath(task, in: folder))' tells of; prepare the task "
          + "again", cause: .environment)
    }
    return (store, try RecordParts(path: parts, records: store.count))
  }
}
