/// One thing that is wrong, where it is, and what to do about it.
///
/// The message says what was found and what was expected; the wording is final, so that a caller only
/// has to print it.
public struct Diagnostic: Error, Sendable, Hashable {
  public enum Severity: String, Sendable, Hashable {
    case error, warning, note
  }

  /// Whose fault it is, which decides the exit status.
  public enum Cause: Sendable, Hashable {
    /// The work was done and found a failure (status 1).
    case finding
    /// Usage or input is wrong (status 2).
    case input
    /// The environment is at fault: disk, permissions, a missing library (status 3).
    case environment
  }

  public var severity: Severity
  public var cause: Cause
  /// What was found, what was expected and, after a semicolon, what to do.
  public var message: String
  public var location: SourceLocation?
  /// The text of the line at `location`, without its line break; shown with a caret.
  public var excerpt: String?
  /// How many scalars the caret underlines, at least 1.
  public var span: Int

  public init(
    _ message: String, at location: SourceLocation? = nil, excerpt: String? = nil, span: Int = 1,
    severity: Severity = .error, cause: Cause = .input
  ) {
    self.message = message
    self.location = location
    self.excerpt = excerpt
    self.span = max(1, span)
    self.severity = severity
    self.cause = cause
  }

  /// A fault of the environment, named after the file and the system's own words for `errno`.
  public static func system(_ action: String, _ path: String, errno code: Int32) -> Diagnostic {
    Diagnostic("cannot \(action) '\(path)': \(systemMessage(code))", cause: systemCause(code))
  }
}

/// Several diagnostics at once, in the order in which they were found; never empty.
public struct Diagnostics: Error, Sendable, Hashable {
  public var list: [Diagnostic]

  public init(_ list: [Diagnostic]) {
    self.list = list
  }

  public init(_ one: Diagnostic) {
    self.list = [one]
  }
}

extension Diagnostic: CustomStringConvertible {
  /// The form that the command line prints:
  ///
  ///     corpora/rte/corpus.yaml:7:9: error: unknown format 'xm'; did you mean 'xml'?
  ///         7 | format: xm
  ///           |         ^~
  public var description: String {
    var text = location.map { "\($0): " } ?? ""
    text += "\(severity.rawValue): \(message)"
    guard let location, location.line > 0, let excerpt else { return text }
    let window = ExcerptWindow(excerpt, column: location.column, span: span)
    let number = String(location.line)
    let gutter = String(repeating: " ", count: max(4, number.count - 1))
    let padding = String(repeating: " ", count: max(0, 5 - number.count))
    text += "\n\(padding)\(number) | \(window.text)"
    guard location.column > 0 else { return text }
    text += "\n \(gutter) | \(window.marker)"
    return text
  }
}

extension Diagnostics: CustomStringConvertible {
  public var description: String {
    list.map(\.description).joined(separator: "\n")
  }
}

/// The part of a long line around a column, so that a message stays readable.
private struct ExcerptWindow {
  var text: String
  var marker: String

  init(_ line: String, column: Int, span: Int) {
    let widest = 160
    let scalars = Array(line.unicodeScalars)
    let caret = max(0, min(column - 1, scalars.count))
    let start = caret > widest - 40 ? caret - 40 : 0
    let end = min(scalars.count, start + widest)
    var shown = String.UnicodeScalarView()
    var lead = String.UnicodeScalarView()
    for index in start..<end {
      let scalar = scalars[index]
      let printable = scalar == "\t" || scalar.value >= 32 && scalar.value != 127
      shown.append(printable ? scalar : "\u{FFFD}")
      // A tab stays a tab in the marker line, so that both lines advance alike.
      if index < caret { lead.append(scalar == "\t" ? "\t" : " ") }
    }
    text = String(shown)
    let underline = max(1, min(span, max(1, end - caret)))
    marker = String(lead) + "^" + String(repeating: "~", count: underline - 1)
  }
}
