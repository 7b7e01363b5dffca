public import Records

/// What one reading of a corpus found. Records, `skipped`, `quarantined`, `duplicates` and `beyondLimit`
/// together are all that is present in its files.
public struct CorpusSummary: Sendable, Hashable {
  public var schema: Schema
  /// Delivered records.
  public var records = 0
  /// Left out by `where`, and lines left out by `on_no_match: skip` (or, without a pattern, for being empty).
  public var skipped = 0
  /// Bad records.
  public var quarantined = 0
  /// Left out by `dedupe`.
  public var duplicates = 0
  /// Left out by a `limit`.
  public var beyondLimit = 0
  /// The files, each once, in the order of reading.
  public var inputs: [Input] = []

  public struct Input: Sendable, Hashable {
    /// As the description names it: absolute, or relative to its folder.
    public var path: String
    public var bytes: Int
    /// 64 hexadecimal digits.
    public var sha256: String
  }

  init(schema: Schema) { self.schema = schema }
}
