import Bytes
import Corpora
import JSON
import Records

/// What to look at.
public struct InspectOptions: Sendable {
  /// A `corpus.yaml`, or a folder with one.
  public var path: String
  /// How many of the first records are shown.
  public var shown: Int
  /// Whether everything is read and only counted.
  public var countsOnly: Bool

  public init(path: String, shown: Int = 3, countsOnly: Bool = false) {
    self.path = path
    self.shown = max(0, shown)
    self.countsOnly = countsOnly
  }
}

/// Reads a corpus whole and tells what its records are like. Bad records are counted, whatever the description
/// says of them, and the first are told.
///
/// - Returns: the report, and whether the corpus can be built from: no bad record where the description wants
///   none, and any record at all.
/// - Throws: what is wrong with the description, and files that are missing or cannot be read at all.
public func inspectCorpus(
  _ options: InspectOptions, in session: Session
) throws -> (report: CommandResult, isUsable: Bool) {
  let path = isFolder(options.path) ? options.path + "/corpus.yaml" : options.path
  guard fileExists(path) else {
    throw Diagnostic("'\(path)' does not exist; name a corpus.yaml or a folder with one")
  }
  let description = try CorpusDescription.load(path)
  session.progress.update("inspect: reading \(description.name)")
  var lenient = description
  lenient.onBadRecord = .quarantine
  lenient.mostBad = nil
  let notes = BadRecordNotes()
  var reader = try description.reader()
  reader.onBadRecord = notes.add
  reader.allowsNone = true
  reader.hashesInputs = !options.countsOnly
  var survey = CorpusSurvey(description.schema, shown: options.shown)
  let summary = try reader.readPacked(lenient) { values, split, _ in
    if !options.countsOnly { survey.add(values, split) }
  }
  let found = InspectionReport(
    description: description, summary: summary, survey: options.countsOnly ? nil : survey, bad: notes.first)
  let isUsable = summary.records > 0 && (summary.quarantined == 0 || description.onBadRecord == .quarantine)
  let report = CommandResult(json: JSONText.document(found.json)) { [text = InspectionText(found)] width, _ in
    text.lines(width: width)
  }
  return (report, isUsable)
}

/// The first bad records in words.
private final class BadRecordNotes {
  private(set) var first: [String] = []
  private static let most = 5

  func add(_ place: SourceLocation, _ reason: String) {
    if first.count < Self.most { first.append("\(place): \(reason)") }
  }
}

/// What an inspection found.
struct InspectionReport {
  var description: CorpusDescription
  var summary: CorpusSummary
  /// nil where records were only counted.
  var survey: CorpusSurvey?
  /// The first bad records, in words.
  var bad: [String]
  private static let mostValues = 20

  init(description: CorpusDescription, summary: CorpusSummary, survey: CorpusSurvey?, bad: [String]) {
    self.description = description
    self.summary = summary
    self.survey = survey
    self.bad = bad
  }

  var json: Value {
    var pairs: [(String, Value)] = [
      ("name", .string(description.name)), ("cluster", .string(description.cluster)),
      ("format", .string(description.format.rawValue)),
    ]
    pairs += counts.map { ($0.name, .integer(Int64($0.count))) }
    pairs.append(("bad", .list(bad.map(Value.string))))
    pairs.append(("inputs", .list(summary.inputs.map(Self.json))))
    if let survey {
      pairs.append(("repeated_records", .integer(Int64(survey.repeats))))
      pairs.append(
        ("splits", .dictionary(ValueDictionary(survey.splits.map { ($0.name, .integer(Int64($0.count))) }))))
      pairs.append(("fields", .list(survey.fields.map(Self.json))))
      pairs.append(("first", .list(survey.first.map(Value.dictionary))))
    }
    return .dictionary(ValueDictionary(pairs))
  }

  /// The counts that add up to what is present, and those beside them.
  var counts: [(name: String, count: Int)] {
    [
      ("present", summary.present), ("records", summary.records), ("skipped", summary.skipped),
      ("filtered", summary.filtered), ("quarantined", summary.quarantined),
      ("duplicates", summary.duplicates), ("beyond_limit", summary.beyondLimit),
      ("repeated_keys", summary.repeatedKeys),
    ]
  }

  private static func json(_ input: CorpusSummary.Input) -> Value {
    var pairs: [(String, Value)] = [
      ("path", .string(input.path)), ("bytes", .integer(Int64(input.bytes))),
    ]
    if !input.sha256.isEmpty { pairs.append(("sha256", .string(input.sha256))) }
    return .dictionary(ValueDictionary(pairs))
  }

  private static func json(_ field: FieldSurvey) -> Value {
    var pairs: [(String, Value)] = [
      ("name", .string(field.name)), ("type", .string(field.type)),
      ("kinds", .dictionary(ValueDictionary(field.kinds.map { ($0.kind, .integer(Int64($0.count))) }))),
      ("missing", .integer(Int64(field.missing))), ("empty", .integer(Int64(field.empty))),
    ]
    for (name, lengths) in [("characters", field.characters), ("items", field.items)] where lengths.count > 0
    {
      pairs.append(
        (
          name,
          .dictionary(
            ValueDictionary([
              ("least", .integer(Int64(lengths.least))), ("mean", .number(lengths.mean)),
              ("most", .integer(Int64(lengths.most))),
            ]))
        ))
    }
    if let values = field.distribution {
      pairs.append(("distinct", .integer(Int64(values.count))))
      if values.count <= mostValues {
        let list = values.map { one in
          Value.dictionary(ValueDictionary([("value", one.value), ("count", .integer(Int64(one.count)))]))
        }
        pairs.append(("values", .list(list)))
      }
    }
    return .dictionary(ValueDictionary(pairs))
  }
}
