import Bytes
public import Metrics
import Patterns
public import Records
package import YAML

/// What a `corpus.yaml` says: where the raw data of one task is and how it becomes records.
///
/// Loading checks everything that can be known without opening the data.
public struct CorpusDescription: Sendable {
  public enum Format: String, Sendable, CaseIterable {
    /// One JSON value a line.
    case jsonl
    /// A JSON array somewhere in one document, or an object of columns.
    case json
    /// Comma-separated values, quoted as in RFC 4180, with a header unless `columns` names them.
    case csv
    /// The same with tabs and, by default, without quotes (IANA's text/tab-separated-values).
    case tsv
    case xml
    /// Lines of text, taken apart by the named groups of `pattern`; or the lines of several files side by side.
    case lines
    /// Parquet files, by the `duckdb` program.
    case parquet
    /// What the `duckdb` program answers to a query.
    case duckdb
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
  /// The share of the records that is kept, chosen by a hash of their content; nil: all.
  public var sample: Double?
  /// An expression of the template language over the fields: records for which it is not true are left out.
  public var filter: String?
  /// The filter as the file has it, for exact positions of errors.
  package var filterNode: YAMLNode?
  public var metric: Metric
  public var licence: String?
  public var citation: String?
  /// A BCP 47 language tag; `mul` for several.
  public var language: String?
  public var onBadRecord: BadRecords
  /// How many records may be bad; nil: any number.
  public var mostBad: MostBad?
  /// nil: UTF-8, or what the file itself tells.
  public var encoding: TextEncoding?
  /// Whether bytes that are no text become U+FFFD; otherwise they make a bad record.
  public var replacesInvalid: Bool

  /// A limit on bad records.
  public enum MostBad: Sendable, Hashable {
    case count(Int)
    /// From 0 to 1, of all that is present.
    case share(Double)
  }

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

  /// One file of the corpus, or several that are read alike.
  public struct Source: Sendable {
    /// Where a source comes from.
    public enum Origin: Sendable, Hashable {
      /// A file of this machine, or all that a pattern of the shell names.
      case file
      /// `https://…` or `hf://…`.
      case url(String)
      /// A file inside a distribution on PyPI: `name==version`.
      case pypi(String)
      /// A file of a Debian package, installed or not.
      case deb(String)
      /// What the `duckdb` program answers.
      case query(String)
    }

    public var origin = Origin.file
    /// As the description names it; relative paths are resolved against its folder.
    public var path: String
    /// 64 hexadecimal digits that the file must have; nil: it is not checked.
    public var sha256: String?
    /// Files whose lines belong together, with the names of their columns; empty for other sources.
    public var aligned: [(name: String, path: String)] = []
    /// The Debian package that installs the file.
    public var package: String? {
      if case .deb(let package) = origin { return package }
      return nil
    }
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
    /// What stands where there is no value, or null.
    var missing: Value?
    /// Applied in this order: replacements, extraction, splitting, mapping, type; the last two to each part of
    /// a list.
    var replacements: [(from: String, to: String)] = []
    var extract: Pattern?
    var separator: String?
    var mapping: ValueMapping?
    var type: ValueType?
    var node: YAMLNode
  }

  enum Origin: Sendable {
    case constant(Value)
    /// A path, pointer, column or group of the format, or a name that the source sets.
    case path(String)
    /// Several values as one list.
    case list([String])
    /// Several texts as one, with a text between them.
    case join([String], String)
    /// Several lists as one list of dictionaries with these keys.
    case zip([(key: String, path: String)])

    /// All paths that are named.
    var paths: [String] {
      switch self {
      case .constant: []
      case .path(let path): [path]
      case .list(let paths), .join(let paths, _): paths
      case .zip(let pairs): pairs.map(\.path)
      }
    }
  }

  /// What differs within one format.
  struct Dialect: Sendable {
    var pattern: Pattern?
    var onNoMatch = Unmatched.stop
    /// Names of the columns of a file without a header.
    var columns: [String]?
    /// Whether quotes enclose a value, and which.
    var quotes = true
    var quote = UInt8(ascii: "\"")
    var separator = UInt8(ascii: ",")
    /// Takes its meaning from the character behind it.
    var escape: UInt8?
    /// With what a line begins that is passed over.
    var comment: String?
    var layout = Layout.array
  }

  /// How a JSON document holds its records.
  enum Layout: String, Sendable, CaseIterable {
    /// One after the other.
    case array
    /// As an object of lists, one a field.
    case columns
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
