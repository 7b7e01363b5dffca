import Bytes
package import Records

/// Findings as a log in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS).
package enum SARIF {
  package static func log(_ report: FindingReport, version: String) -> Value {
    let results =
      report.findings.map { result($0, allowed: nil) }
      + report.allowed.map { result($0.finding, allowed: $0.reason) }
    let driver = dictionary([
      ("name", .string("phrasebook")), ("version", .string(version)), ("rules", .list(Rule.all.map(rule))),
    ])
    let run = dictionary([
      ("tool", dictionary([("driver", driver)])), ("columnKind", .string("unicodeCodePoints")),
      ("results", .list(results)),
    ])
    return dictionary([
      ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")), ("version", .string("2.1.0")),
      ("runs", .list([run])),
    ])
  }

  private static func rule(_ rule: Rule) -> Value {
    dictionary([
      ("id", .string(rule.code)), ("shortDescription", text(rule.summary)),
      ("fullDescription", text("\(rule.summary): \(rule.reason).")), ("help", text(rule.remedy)),
      ("defaultConfiguration", dictionary([("level", .string(rule.severity.rawValue))])),
    ])
  }

  private static func result(_ finding: Finding, allowed reason: String?) -> Value {
    let place = finding.diagnostic.location
    var physical: [(String, Value)] = [
      ("artifactLocation", dictionary([("uri", .string(uri(finding.path)))]))
    ]
    if let place, place.line > 0 {
      var region: [(String, Value)] = [("startLine", .integer(Int64(place.line)))]
      if place.column > 0 {
        region.append(("startColumn", .integer(Int64(place.column))))
        region.append(("endColumn", .integer(Int64(place.column + finding.diagnostic.span))))
      }
      physical.append(("region", dictionary(region)))
    }
    var pairs: [(String, Value)] = [
      ("ruleId", .string(finding.rule.code)),
      ("ruleIndex", .integer(Int64(Rule.all.firstIndex(of: finding.rule) ?? -1))),
      ("level", .string(finding.rule.severity.rawValue)), ("message", text(finding.diagnostic.message)),
      ("locations", .list([dictionary([("physicalLocation", dictionary(physical))])])),
    ]
    if let reason {
      pairs.append(
        (
          "suppressions",
          .list([dictionary([("kind", .string("inSource")), ("justification", .string(reason))])])
        ))
    }
    return dictionary(pairs)
  }

  private static func text(_ text: String) -> Value { dictionary([("text", .string(text))]) }

  private static func dictionary(_ pairs: [(String, Value)]) -> Value {
    .dictionary(ValueDictionary(pairs))
  }

  /// A path as a relative or absolute URI reference.
  private static func uri(_ path: String) -> String {
    var text = path.hasPrefix("/") ? "file://" : ""
    for byte in path.utf8 {
      switch byte {
      case 65...90, 97...122, 48...57, UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default: text += "%" + hexadecimal([byte]).uppercased()
      }
    }
    return text
  }
}
