public import Bytes

/// Reads a YAML file into nodes.
public enum YAMLDocument {
  /// The longest file that is read; descriptions, templates and recipes are far smaller.
  public static let largestFile = 64 << 20
  static let deepest = 128
  /// Aliases may repeat nodes; in all no more than this many stand in one document.
  static let mostNodes = 2_000_000

  /// What a key that stands twice in a mapping is.
  public enum RepeatedKeys: Sendable {
    /// A mistake, as YAML has it.
    case areErrors
    /// Python's PyYAML, and so the files written for it, take the last.
    case lastWins
  }

  /// Reads a file that holds one document.
  ///
  /// - Throws: `Diagnostics` with line and column for malformed YAML, repeated keys, unknown aliases,
  ///   absurd nesting; without for a file that cannot be read.
  public static func load(
    path: String, repeatedKeys: RepeatedKeys = .areErrors
  ) throws(Diagnostics) -> YAMLNode {
    do throws(Diagnostic) {
      let file = try MappedFile(path: path)
      return try parse(bytes: file.withBytes { Array($0) }, path: path, repeatedKeys: repeatedKeys)
    } catch {
      throw Diagnostics(error)
    }
  }

  /// Reads a document held in memory; `path` names it in errors.
  public static func parse(
    bytes: [UInt8], path: String, repeatedKeys: RepeatedKeys = .areErrors
  ) throws(Diagnostic) -> YAMLNode {
    guard bytes.count <= largestFile else {
      throw Diagnostic("'\(path)' is larger than 64 MB; split it into several files")
    }
    let source = YAMLSource(path: path, bytes: bytes)
    var composer = try Composer(EventParser(source), source, repeatedKeys)
    return try composer.document()
  }

  /// Reads a document held in a string.
  public static func parse(_ text: String, path: String = "text") throws(Diagnostic) -> YAMLNode {
    try parse(bytes: Array(text.utf8), path: path)
  }
}
