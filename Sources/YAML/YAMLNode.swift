public import Bytes

/// A value of a YAML file with the place it was written at.
public struct YAMLNode: Sendable {
  public indirect enum Kind: Sendable {
    case scalar(String, ScalarStyle)
    case sequence([YAMLNode])
    /// In the order of the file; every key is a different scalar.
    case mapping([(key: YAMLNode, value: YAMLNode)])
  }

  public enum ScalarStyle: Sendable, Hashable {
    case plain, singleQuoted, doubleQuoted, literal, folded
  }

  public var kind: Kind
  /// A tag such as `!Template`; nil when none is written.
  public var tag: String?
  /// Byte offsets in the file, from the first byte to behind the last.
  public var range: Range<Int>
  let line: Int
  let column: Int
  let source: YAMLSource

  /// Where the value begins (for a block scalar: its `|` or `>`).
  public var location: SourceLocation { SourceLocation(path: source.path, line: line, column: column) }

  /// The text of the line at `location`.
  public var excerpt: String { source.line(line) }

  /// The bytes of the whole file, for positions inside a scalar.
  public var fileBytes: [UInt8] { source.bytes }

  /// An error about this value, with its line shown and the value underlined.
  public func error(_ message: String) -> Diagnostic {
    let end = source.bytes[range].firstIndex(of: 10) ?? range.upperBound
    let text = String(decoding: source.bytes[range.lowerBound..<end], as: UTF8.self)
    let span = text.unicodeScalars.reversed().drop { $0 == " " || $0 == "\r" }.count
    return Diagnostic(message, at: location, excerpt: excerpt, span: max(1, span))
  }

  /// The text of a scalar; nil for sequences and mappings.
  public var text: String? {
    if case .scalar(let text, _) = kind { return text }
    return nil
  }

  /// Whether the value is written as nothing, `~` or `null` (quotes make it a text).
  public var isNull: Bool {
    guard case .scalar(let text, .plain) = kind else { return false }
    return text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL"
  }

  /// What the value is, in the words of an error message.
  public var description: String {
    switch kind {
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .scalar(let text, _): isNull ? "nothing" : "'\(text.count > 40 ? text.prefix(40) + "…" : text)'"
    }
  }
}

/// The file behind nodes: its name, bytes and the starts of its lines.
final class YAMLSource: Sendable {
  let path: String
  let bytes: [UInt8]
  private let lineStarts: [Int]

  init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == 10 { starts.append(index + 1) }
    lineStarts = starts
  }

  /// The text of a line counted from 1, without its line break; empty beyond the end.
  func line(_ number: Int) -> String {
    guard number >= 1, number <= lineStarts.count else { return "" }
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
    if end > start, bytes[end - 1] == 13 { end -= 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// The byte offset of a line and column, both from 1, the column in Unicode scalars.
  func offset(line: Int, column: Int) -> Int {
    guard line >= 1, line <= lineStarts.count else { return bytes.count }
    var place = lineStarts[line - 1]
    if line == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place += 3 }
    return offset(from: place, scalars: column - 1)
  }

  /// The byte offset so many scalars behind another.
  func offset(from start: Int, scalars: Int) -> Int {
    var (place, left) = (start, scalars)
    while left > 0, place < bytes.count {
      place += 1
      while place < bytes.count, bytes[place] & 0xC0 == 0x80 { place += 1 }
      left -= 1
    }
    return place
  }
}
