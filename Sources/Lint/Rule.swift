package import Bytes

/// One thing that templates can have wrong with them.
package struct Rule: Sendable, Hashable {
  /// `PB` and three digits, never given to another rule: 0xx files and comments, 1xx the source, 2xx rendered
  /// records, 3xx families.
  package let code: String
  package let severity: Diagnostic.Severity
  /// What is wrong, without a full stop.
  package let summary: String
  /// What comes of it.
  package let reason: String
  /// How to mend it.
  package let remedy: String

  init(
    _ code: String, _ severity: Diagnostic.Severity, _ summary: String, why reason: String,
    mend remedy: String
  ) {
    self.code = code
    self.severity = severity
    self.summary = summary
    self.reason = reason
    self.remedy = remedy
  }

  /// The rule of a code, in any case.
  package static func of(code: String) -> Rule? { all.first { $0.code == code.uppercased() } }
}
