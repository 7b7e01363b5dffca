public import Records

/// What one reading of a corpus found. Records, `skipped`, `filtered`, `quarantined`, `duplicates` and
/// `beyondLimit` together are all that is present in its files.
public struct CorpusSummary: Sendable, Hashable {
  public var schema: Schema
  /// Delivered records.
  public var records = 0
  /// Left out by `where`, as comments, and lines left out by `on_no_match: skip` (or, without a pattern, for
  /// being empty).
  public var skipped = 0
  /// Left out by `filter`.
  public var filtered = 0
  /// Bad records.
  public var quarantined = 0
  /// Left out by `dedupe`.
  public var duplicates = 0
  /// Left out by a `limit` or a `sample`.
  public var beyondLimit = 0
  /// JSON records that hold a key twice; the last value counts.
  public var repeatedKeys = 0
  /// The first of them: the key, and where the record is.
  public var firstRepeatedKey: String?
  /// The files, each once, in the order of reading.
  public var inputs: [Input] = []

  /// All data that the files hold, good and bad.
  public var present: Int { records + skipped + filtered + quarantined + duplicates + beyondLimit }

  public struct Input: Sendable, Hashable {
    /// As the description names it: absolute, or relative to its folder; an address for what was fetched.
    public var path: String
    /// Of the file as it is, compressed or not.
    public var bytes: Int
    /// 64 hexadecimal digits.
    public var sha256: String
  }

  init(schema: Schema) { self.schema = schema }
}
