package import Bytes
package import Records

/// Everything that a run of the rules found, ready to be written.
package struct FindingReport: Sendable {
  package var findings: [Finding]
  /// Allowed by comments, with the reasons.
  package var allowed: [(finding: Finding, reason: String)]
  package var files: Int
  package var templates: Int
  /// Findings that `--fix` mended, which are no longer among the others.
  package var fixed: Int

  package init(
    findings: [Finding] = [], allowed: [(finding: Finding, reason: String)] = [], files: Int = 0,
    templates: Int = 0, fixed: Int = 0
  ) {
    self.findings = findings
    self.allowed = allowed
    self.files = files
    self.templates = templates
    self.fixed = fixed
  }

  package func count(_ severity: Diagnostic.Severity) -> Int {
    findings.count { $0.rule.severity == severity }
  }

  /// One line: how much was looked at and what was found.
  package var summary: String {
    func number(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }
    var text =
      "\(number(files, "file")), \(number(templates, "template")): \(number(count(.error), "error")), "
      + "\(number(count(.warning), "warning")), \(number(count(.note), "note"))"
    if !allowed.isEmpty { text += ", \(allowed.count) allowed" }
    if fixed > 0 { text += ", \(fixed) fixed" }
    return text
  }

  /// Every finding with its line and caret, the rule's code, and what to do.
  package var text: String {
    var text = ""
    for finding in findings {
      var diagnostic = finding.diagnostic
      diagnostic.message += " [\(finding.rule.code)]"
      text += "\(diagnostic)\n"
      text += "      = \(finding.rule.reason); \(finding.rule.remedy)\n"
    }
    return text
  }

  /// Workflow commands of GitHub's actions, one a line.
  package var gitHub: String {
    findings.map { finding in
      let place = finding.diagnostic.location
      var command = finding.rule.severity == .note ? "notice" : finding.rule.severity.rawValue
      command += " file=\(Self.property(place?.path ?? ""))"
      if let place, place.line > 0 { command += ",line=\(place.line)" }
      if let place, place.column > 0 {
        command += ",col=\(place.column),endColumn=\(place.column + finding.diagnostic.span)"
      }
      let message = "\(finding.diagnostic.message); \(finding.rule.remedy)"
      return "::\(command),title=\(finding.rule.code)::\(Self.data(message))\n"
    }.joined()
  }

  private static func data(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  private static func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}

extension FindingReport {
  /// Findings, allowed ones and counts as one value.
  package var json: [(String, Value)] {
    let counts = ValueDictionary([
      ("files", .integer(Int64(files))), ("templates", .integer(Int64(templates))),
      ("errors", .integer(Int64(count(.error)))), ("warnings", .integer(Int64(count(.warning)))),
      ("notes", .integer(Int64(count(.note)))), ("allowed", .integer(Int64(allowed.count))),
      ("fixed", .integer(Int64(fixed))),
    ])
    return [
      ("summary", .dictionary(counts)), ("findings", .list(findings.map { Self.value($0, reason: nil) })),
      ("allowed", .list(allowed.map { Self.value($0.finding, reason: $0.reason) })),
    ]
  }

  private static func value(_ finding: Finding, reason: String?) -> Value {
    let place = finding.diagnostic.location
    var pairs: [(String, Value)] = [
      ("code", .string(finding.rule.code)), ("severity", .string(finding.rule.severity.rawValue)),
      ("path", .string(finding.path)), ("line", .integer(Int64(place?.line ?? 0))),
      ("column", .integer(Int64(place?.column ?? 0))), ("span", .integer(Int64(finding.diagnostic.span))),
      ("template", finding.template.map(Value.string) ?? .null),
      ("message", .string(finding.diagnostic.message)),
      ("reason", .string(finding.rule.reason)), ("remedy", .string(finding.rule.remedy)),
      ("fixable", .boolean(finding.fix != nil)),
    ]
    if let reason { pairs.append(("allowed_because", .string(reason))) }
    return .dictionary(ValueDictionary(pairs))
  }
}
