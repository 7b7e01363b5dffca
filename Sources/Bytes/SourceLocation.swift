/// A place in a text file, as an editor counts it.
public struct SourceLocation: Sendable, Hashable {
  /// The file as the user named it (relative paths stay relative).
  public var path: String
  /// 1 for the first line; 0 when only the file is known.
  public var line: Int
  /// 1 for the first character of the line, counted in Unicode scalars; 0 when only the line is known.
  public var column: Int

  public init(path: String, line: Int = 0, column: Int = 0) {
    self.path = path
    self.line = line
    self.column = column
  }
}

extension SourceLocation: CustomStringConvertible {
  /// `path`, `path:line` or `path:line:column`, as far as known.
  public var description: String {
    if line == 0 { return path }
    return column == 0 ? "\(path):\(line)" : "\(path):\(line):\(column)"
  }
}
