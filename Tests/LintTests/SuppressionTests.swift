import Bytes
import Lint
import Testing
import YAML

@Suite struct SuppressionTests {
  private let bad = "    jinja: 'Good? ||| {{ label }}'\n"
  private let other = "    jinja: 'Would anybody buy it? ||| {{ answer }}'\n"

  private func outcome(_ text: String, checked: Set<String> = ["PB104", "PB113"]) throws -> (
    kept: [String], allowed: [String]
  ) {
    let task = try LintedTask(text: text, name: "task")
    let comments = Suppressions(
      "text", Array(text.utf8), document: task.document, entries: task.entryLines)
    let (kept, allowed) = comments.apply(to: Linter().findings(in: task), checked: checked)
    return (
      kept.map { "\($0.rule.code):\($0.diagnostic.location?.line ?? 0)" },
      allowed.map { "\($0.finding.rule.code): \($0.reason)" }
    )
  }

  @Test func commentHoldsForItsTemplate() throws {
    for comment in [
      "    # phrasebook: allow PB104 it is a joke\n", "  # phrasebook: allow PB104: it is a joke\n",
    ] {
      let isInside = comment.hasPrefix("    ")
      let head = isInside ? "  a:\n" + comment : comment + "  a:\n"
      let text = "templates:\n" + head + "    name: a\n" + bad + "  b:\n    name: b\n" + other
      let found = try outcome(text)
      #expect(found.allowed == ["PB104: it is a joke"])
      #expect(found.kept == ["PB104:8"])
    }
    let beside = "templates:\n  a:\n    name: a  # phrasebook: allow PB104 it is a joke\n" + bad
    #expect(try outcome(beside).kept.isEmpty)
  }

  @Test func commentAtTheTopHoldsForTheFile() throws {
    let text =
      "# phrasebook: allow PB104, PB113 jokes\ntemplates:\n  a:\n    name: a\n" + bad + "  b:\n    name: b\n"
      + other
    let found = try outcome(text)
    #expect(found.allowed.count == 2)
    #expect(found.kept == ["PB004:1"])
    // A rule that was not asked is not called idle.
    #expect(try outcome(text, checked: ["PB104"]).kept.isEmpty)
  }

  @Test func badComments() throws {
    let entry = "templates:\n  a:\n    name: a\n" + bad
    #expect(try outcome("# phrasebook: allow PB104\n" + entry).kept == ["PB104:5", "PB003:1"])
    #expect(try outcome("# phrasebook: allow PB999 no such rule\n" + entry).kept == ["PB104:5", "PB003:1"])
    #expect(try outcome("# phrasebook: allow everything\n" + entry).kept == ["PB104:5", "PB003:1"])
  }

  @Test func textsAreNoComments() throws {
    let text = """
      templates:
        a:
          name: a
          jinja: |
            # phrasebook: allow PB104 inside a text
            Good? ||| {{ label }}
        b:
          name: "b # phrasebook: allow PB104 inside quotes"
          jinja: 'Bad? ||| {{ label }}'

      """
    let found = try outcome(text)
    #expect(found.allowed.isEmpty)
    #expect(found.kept == ["PB104:5", "PB104:9"])
  }
}
