import Bytes
import Patterns
public import Records
import YAML

/// What a `corpus.yaml` says: where the raw data of one task is and how it becomes records.
///
/// Loading checks everything that can be known without opening the data.
public struct CorpusDescription: Sendable {
  public enum Format: String, Sendable, CaseIterable {
    /// One JSON value a line.
    case jsonl
    /// A JSON array somewhere in one document.
    case json
    /// Comma-separated values, quoted as in RFC 4180, with a header unless `columns` names them.
    case csv
    /// The same with tabs and, by default, without quotes (IANA's text/tab-separated-values).
    case tsv
    case xml
    /// Lines of text, taken apart by the named groups of `pattern`.
    case lines
  }

  public enum Metric: String, Sendable, CaseIterable {
    case accuracy
    case exactMatch = "exact_match"
  }

  /// What becomes of a datum that cannot be made a record.
  public enum BadRecords: String, Sendable, CaseIterable {
    /// Reading ends with an error.
    case stop
    /// It is written out with the reason, counted, and reading goes on.
    case quarantine
  }

  /// What becomes of a line that `pattern` does not match.
  public enum Unmatched: String, Sendable, CaseIterable {
    case skip
    /// It is a bad record.
    case stop
  }

  /// The file as it was named.
  public var path: String
  /// Names the task: letters, digits, `.`, `_` and `-`.
  public var name: String
  /// The kind of task: nli, sentiment …
  public var cluster: String
  /// The files in the order in which they are read; never empty.
  public var sources: [Source]
  public var format: Format
  /// In the order of the file; never empty.
  public var fields: [Field]
  /// Fields whose values keep records on one side of a split; empty: each record stands alone.
  public var group: [String]
  /// Fields in which no two records may be equal; empty: all records are kept.
  public var dedupe: [String]
  /// At most so many records, chosen by a hash of their content.
  public var limit: Int?
  public var metric: Metric
  public var licence: String?
  public var citation: String?
  /// A BCP 47 language tag; `mul` for several.
  public var language: String?
  public var onBadRecord: BadRecords

  var dialect: Dialect
  var conditions: [Condition]

  /// The names of the fields, in their order.
  public var schema: Schema { Schema(fields: fields.map(\.name)) }

  /// The folder in which the description stands; `.` when it is named without one.
  public var folder: String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
  }

  func resolve(_ relative: String) -> String {
    relative.hasPrefix("/") || folder == "." ? relative : folder + "/" + relative
  }

  /// One file of the corpus.
  public struct Source: Sendable {
    /// As the description names it; relative paths are resolved against its folder.
    public var path: String
    /// The Debian package that installs the file.
    public var package: String?
    /// The part of the corpus that the file was published as.
    public var split: Split?
    /// At most so many records of this file, chosen by a hash of their content.
    public var limit: Int?
    /// Path of one record (XML) or pointer to the array (JSON); empty for the other formats.
    public var records: String
    /// Values that every record of this file has beside its own.
    var constants: [(name: String, value: Value)]
    var node: YAMLNode
  }

  /// A field of the records and where its value comes from.
  public struct Field: Sendable {
    public var name: String
    var origin: Origin
    /// Applied in this order: replacements, splitting, mapping, type; the last two to each part of a list.
    var replacements: [(from: String, to: String)] = []
    var separator: String?
    var mapping: ValueMapping?
    var type: ValueType?
    var node: YAMLNode
  }

  enum Origin: Sendable {
    case constant(Value)
    /// A path, pointer, column or group of the format, or a name that the source sets.
    case path(String)
  }

  /// What differs within one format.
  struct Dialect: Sendable {
    var pattern: Pattern?
    var onNoMatch = Unmatched.stop
    /// Names of the columns of a file without a header.
    var columns: [String]?
    /// Whether double quotes enclose a value.
    var quotes = true
  }

  /// A record whose value at `path` does not match is skipped.
  struct Condition: Sendable {
    var path: String
    var pattern: Pattern
    var node: YAMLNode
  }
}

/// The type that a field's value must have or is made into.
enum ValueType: String, Sendable, CaseIterable {
  case string, integer, number, boolean, list, dictionary
}
