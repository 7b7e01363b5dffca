import Foundation
import Testing

/// Phrase grammars and templates of lm-eval in a mixture, from files to the written lines.
@Suite struct TemplateKindTests {
  static let grammars = """
    dataset: sum
    templates:
      11111111-0000-4000-8000-000000000001: !Template
        name: ask
        variants: "{How much is|Tell {me|us} the sum of|Please add} {{ a }} {and|to} {{ b }}{.|?} ||| {{ a + b }}"
      11111111-0000-4000-8000-000000000002: !Template
        name: story
        variants: "{Bo|Al} had {{ a }} coins {|and then }found {{ b }}, which makes ||| {{ a + b }}"
      11111111-0000-4000-8000-000000000003: !Template
        name: plain
        jinja: "{{ a }} + {{ b }} = ||| {{ a + b }}"

    """

  static let harness = """
    dataset: colour
    environment: lm-eval
    templates:
      22222222-0000-4000-8000-000000000001: !Template
        name: number
        jinja: "The {{ thing }} is\\n"
        target: label
        answer_choices: "{{ ['red', 'green'] }}"
      22222222-0000-4000-8000-000000000002: !Template
        name: text
        jinja: "What colour is on the {{ thing }} here? "
        target: "{{ ['red', 'green'][label] }}"
        answer_choices: "{{ ['red', 'green'] }}"

    """

  private func built(_ workshop: Workshop) throws -> [String: Any] {
    try SmallProject.write(into: workshop)
    try workshop.write("templates/sum/templates.yaml", Self.grammars)
    try workshop.write("templates/colour/templates.yaml", Self.harness)
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "out")
    try #require(outcome.status == 0, "\(outcome)")
    let json = try JSONSerialization.jsonObject(with: Data(try workshop.read("out/manifest.json").utf8))
    return try #require(json as? [String: Any])
  }

  @Test func variantsStayOnOneSideOfTheManifest() throws {
    let manifest = try built(Workshop())
    let tasks = try #require(manifest["tasks"] as? [[String: Any]])
    let sum = try #require(tasks.first { $0["name"] as? String == "sum" }?["templates"] as? [String: Any])
    func parents(_ side: String) -> [String] {
      let list = sum[side] as? [[String: Any]] ?? []
      return list.compactMap { ($0["name"] as? String)?.split(separator: "/").first.map(String.init) }
    }
    let (seen, unseen) = (parents("seen"), parents("unseen"))
    // 4 × 2 × 2 variants of the one, 2 × 2 of the other, and the plain one.
    #expect(seen.count + unseen.count == 16 + 4 + 1)
    #expect(!unseen.isEmpty && Set(seen).isDisjoint(with: unseen))
  }

  @Test func harnessTargetsAreTaught() throws {
    let workshop = try Workshop()
    _ = try built(workshop)
    let files = try workshop.files("out").filter { $0.key.hasPrefix("train-") }
    let lines = files.values.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
    var count = 0
    for line in lines {
      let example = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      guard example?["task"] as? String == "colour" else { continue }
      let input = try #require(example?["input"] as? String)
      // Even numbers are red (SmallProject.things).
      let number = try #require(input.matches(of: /number (\d+)/).first.flatMap { Int($0.1) })
      #expect(example?["target"] as? String == (number % 2 == 0 ? "red" : "green"))
      #expect(example?["choices"] as? [String] == ["red", "green"])
      #expect(input.hasSuffix("is\n") || input.hasSuffix("here? "))
      count += 1
    }
    #expect(count > 20)
  }

  @Test func aTemplateWithoutATargetIsRefused() throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write(
      "templates/colour/templates.yaml", Self.harness.replacing("    target: label\n", with: ""))
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "out")
    #expect(outcome.status == 2, "\(outcome)")
    #expect(
      outcome.errors.contains(
        "templates/colour/templates.yaml:6:12: error: the template 'number' has no target; add the key 'target'"
      ),
      "\(outcome)")
  }
}
