import Foundation
import Testing

/// `phrasebook validate` as its users run it.
@Suite struct ValidateTests {
  private static let file = """
    templates:
      good: !Template
        name: good
        jinja: |-
          {{ text }} Is it good?
          |||
          {{ label }}
      bad: !Template
        name: bad
        jinja: |-
          Is {text} good?  \u{20}
          {{ text }}
          |||
          {{ label }}
        metadata: !TemplateMetadata
          metrics: [exact_match]

    """
  private static let path = "templates/mine/templates.yaml"

  private func workshop(_ text: String = file) throws -> Workshop {
    let workshop = try Workshop()
    try workshop.write(Self.path, text)
    return workshop
  }

  @Test func textHasPlaceCaretCodeAndRemedy() throws {
    let outcome = try workshop().run("validate", "templates", "--quiet")
    #expect(
      outcome.output == """
        templates/mine/templates.yaml:11:10: warning: '{text}' stands in the text as it is; write '{{ text }}' for the field [PB116]
           11 |       Is {text} good?  \u{20}
              |          ^~~~~~
              = a field in single braces stays as it is; write {{ field }}; for a brace itself {{ '{' }}
        templates/mine/templates.yaml:11:22: note: blanks at the end of the line [PB119]
           11 |       Is {text} good?  \u{20}
              |                      ^~~
              = they are tokens that nobody sees; take them out (--fix does)
        templates/mine/templates.yaml:16:17: warning: unknown metric 'exact_match'; did you mean 'Exact Match'? [PB115]
           16 |       metrics: [exact_match]
              |                 ^~~~~~~~~~~
              = the template cannot be scored by it; spell it as known (--fix does), or give choices to what is scored by accuracy
        1 file, 2 templates: 0 errors, 2 warnings, 1 note

        """, "\(outcome)")
    #expect(outcome.status == 0)
  }

  @Test func exitStatuses() throws {
    let workshop = try workshop()
    #expect(try workshop.run("validate", "templates", "--strict").status == 1)
    #expect(try workshop.run("validate").status == 0)
    try workshop.write(Self.path, Self.file.replacing("{{ text }}\n", with: "{{ text | uper }}\n"))
    #expect(try workshop.run("validate", Self.path).status == 1)
    try workshop.write(Self.path, "templates: [")
    #expect(try workshop.run("validate", Self.path).status == 1)
    #expect(try workshop.run("validate", "nothing").status == 2)
    #expect(try workshop.run("validate", "templates", "--format", "xml").status == 2)
    #expect(try workshop.run("validate", "templates", "--max-tokens", "3").status == 2)
    try FileManager.default.createDirectory(atPath: workshop.path("empty"), withIntermediateDirectories: true)
    #expect(try workshop.run("validate", "empty").status == 2)
    #expect(try Workshop().run("validate").status == 2)
  }

  @Test func fixesKeepWhatWas() throws {
    let workshop = try workshop()
    let first = try workshop.run("validate", "templates", "--fix", "--quiet")
    #expect(first.output.hasSuffix("0 errors, 1 warning, 0 notes, 2 fixed\n"), "\(first)")
    #expect(try workshop.read(Self.path + ".backup") == Self.file)
    let mended = Self.file.replacing("good?  \u{20}", with: "good?").replacing(
      "exact_match", with: "Exact Match")
    #expect(try workshop.read(Self.path) == mended)
    let again = try workshop.run("validate", "templates", "--fix", "--quiet")
    #expect(again.output.hasSuffix("1 warning, 0 notes\n"), "\(again)")
    #expect(try workshop.files("templates").count == 2)
    // What a comment allows stays.
    let allowed = Self.file.replacing(
      "    name: bad", with: "    name: bad # phrasebook: allow PB115 our own metric")
    try workshop.write(Self.path, allowed)
    _ = try workshop.run("validate", "templates", "--fix", "--quiet")
    #expect(try workshop.read(Self.path) == allowed.replacing("good?  \u{20}", with: "good?"))
    #expect(try workshop.read(Self.path + ".backup-2") == allowed)
  }

  @Test func brokenLinesAreMendedInBlocks() throws {
    let text = """
      templates:
        a: !Template
          name: a
          jinja: |
            {{ text }}\\nGood?
            |||
            {{ label }}
        b: !Template
          name: b
          jinja: "{{ text }}\\\\nBad?\\n|||\\n{{ label }}"

      """
    let workshop = try workshop(text)
    let outcome = try workshop.run("validate", "templates", "--fix", "--strict")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try workshop.read(Self.path).contains("      {{ text }}\n      Good?\n"))
    #expect(try workshop.read(Self.path).contains(#""{{ text }}\nBad?\n|||\n{{ label }}""#))
  }

  @Test func jsonSarifAndGitHubTellTheSame() throws {
    let workshop = try workshop(
      Self.file.replacing("    name: good", with: "    name: good # phrasebook: allow PB104 x"))
    let json = try workshop.run("validate", "templates", "--json", "--quiet")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let findings = try #require(report["findings"] as? [[String: Any]])
    let codes = findings.compactMap { $0["code"] as? String }
    #expect(codes.sorted() == ["PB004", "PB115", "PB116", "PB119"])
    let log = try workshop.run("validate", "templates", "--format", "sarif", "--quiet")
    let sarif = try #require(try JSONSerialization.jsonObject(with: Data(log.output.utf8)) as? [String: Any])
    #expect(sarif["version"] as? String == "2.1.0")
    let run = try #require((sarif["runs"] as? [[String: Any]])?.first)
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(results.compactMap { $0["ruleId"] as? String } == codes)
    let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
    let rules = try #require(driver["rules"] as? [[String: Any]])
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
    }
    let commands = try workshop.run("validate", "templates", "--format", "github", "--quiet")
    let lines = commands.output.split(separator: "\n")
    #expect(lines.count == codes.count)
    #expect(
      lines.contains {
        $0.hasPrefix(
          "::warning file=templates/mine/templates.yaml,line=16,col=17,endColumn=28,title=PB115::unknown metric"
        )
      }, "\(commands)")
  }

  /// Without the packages of the default corpora the rules about records are not asked, which is told.
  @Test func theRepositorysOwnTemplatesAreClean() throws {
    for path in ["templates", "phrasebook.yaml"] {
      let outcome = try Workshop().run("validate", Repository.root + "/" + path, "--strict")
      #expect(outcome.status == 0, "\(outcome)")
    }
  }

  @Test func recipesTellWhatTheyHoldOut() throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    let outcome = try workshop.run("validate", "recipe.yaml", "--diversity", "--map", "map.html", "--quiet")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("held-out vocabulary covered"))
    let page = try workshop.read("map.html")
    #expect(page.contains("held out of training"))
    #expect(page.components(separatedBy: "<svg class=\"heat\"").count == 4)
    let one = try workshop.run("validate", "recipe.yaml", "--json", "--diversity", "--threads", "1")
    let two = try workshop.run("validate", "recipe.yaml", "--json", "--diversity", "--threads", "2")
    #expect(one.output == two.output)
  }
}
