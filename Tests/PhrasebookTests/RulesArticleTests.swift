import Bytes
import Foundation
import Lint
import Testing

/// The documentation of the rules: complete, in the rules' own words, and its examples do as told.
@Suite struct RulesArticleTests {
  /// A rule's part of the article.
  struct Section: Sendable, CustomTestStringConvertible {
    var code: String
    var text: String
    var testDescription: String { code }

    /// The block of code that follows a line, without that line.
    func block(after line: Regex<Substring>) -> String? {
      guard let start = text.firstRange(of: line)?.upperBound else { return nil }
      let rest = text[start...]
      guard let open = rest.firstRange(of: /\n\n```\w+\n/), rest[..<open.lowerBound].isEmpty,
        let end = rest[open.upperBound...].firstRange(of: "```")
      else { return nil }
      return String(rest[open.upperBound..<end.lowerBound])
    }
  }

  static let sections: [Section] = {
    let article = (try? Repository.text("Sources/Phrasebook/Phrasebook.docc/Rules.md")) ?? ""
    return article.components(separatedBy: "\n## ").dropFirst().map { part in
      Section(code: String(part.prefix(5)), text: "## " + part)
    }.filter { $0.code.hasPrefix("PB") }
  }()

  @Test func everyRuleIsDocumentedInItsOwnWords() {
    #expect(Self.sections.map(\.code) == Rule.all.map(\.code))
    for (section, rule) in zip(Self.sections, Rule.all) {
      #expect(section.text.contains("## \(rule.code): \(rule.summary)\n"))
      let words = section.text.lowercased()
      #expect(words.contains("\n\(rule.severity.rawValue). "), "\(rule.code)")
      for text in [rule.reason, rule.remedy] {
        #expect(words.contains(text.lowercased()), "\(rule.code): \(text)")
      }
    }
  }

  @Test(arguments: sections) func badExampleHasItAndGoodHasNothing(_ section: Section) throws {
    let bad = try #require(section.block(after: /\nBad/))
    let good = try #require(section.block(after: /\nGood/))
    let found = try Self.findings(bad, section)
    #expect(found.codes.contains(section.code), "\(found)")
    // A note is no reason to change a good example, nor is what the rule needs to be seen at all.
    let silent = try Self.findings(good, section)
    #expect(!silent.codes.contains(section.code), "\(silent)")
    #expect(silent.severities.allSatisfy { $0 == "note" }, "\(silent)")
  }

  private struct Outcome: CustomStringConvertible {
    var codes: [String]
    var severities: [String]
    var description: String
  }

  private static func findings(_ templates: String, _ section: Section) throws -> Outcome {
    let workshop = try Workshop()
    try workshop.write("templates/task/templates.yaml", templates)
    if let records = Self.records(section) {
      try workshop.write("corpora/task/data.jsonl", records.text)
      let fields = records.fields.map { "  \($0): \($0)\n" }.joined()
      try workshop.write(
        "corpora/task/corpus.yaml",
        """
        name: task
        cluster: tasks
        source: {path: data.jsonl}
        format: jsonl
        fields:
        \(fields)metric: accuracy

        """)
    }
    var path = "templates"
    if let recipe = section.block(after: /\nA recipe [^\n]+/) {
      path = "recipe.yaml"
      try workshop.write(path, recipe + "tasks: [task]\n")
    }
    let outcome = try workshop.run("validate", path, "--format", "json", "--quiet")
    struct Report: Decodable {
      struct Finding: Decodable {
        var code: String
        var severity: String
      }
      var findings: [Finding]
    }
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    return Outcome(
      codes: report.findings.map(\.code), severities: report.findings.map(\.severity),
      description: "\(outcome)")
  }

  private static func records(_ section: Section) -> (text: String, fields: [String])? {
    var text = ""
    if let block = section.block(after: /\nRecords/) {
      text = block
    } else if let match = section.text.firstMatch(of: /\n(\d+) records, in turn of these kinds[^\n]*/),
      let count = Int(match.1),
      let block = section.block(after: /\n\d+ records, in turn of these kinds[^\n]*/)
    {
      let kinds = block.split(separator: "\n")
      for number in 0..<count {
        text += kinds[number % kinds.count].replacingOccurrences(of: "#", with: "\(number)") + "\n"
      }
    }
    guard let first = text.split(separator: "\n").first else { return nil }
    return (text, first.matches(of: /"(\w+)":/).map { String($0.1) })
  }
}
