import Bytes
import Imports
import Templates
import Testing

@Suite struct PromptSourceTests {
  static let birds = """
    dataset: aviary/birds
    subset: songs
    templates:
      6b6f7a3e-3f0a-4f6e-8f38-0a5b0c3f1d01: !Template
        answer_choices: sings ||| calls
        id: 6b6f7a3e-3f0a-4f6e-8f38-0a5b0c3f1d01
        jinja: "Does the {{ bird }} sing?\\n\\n|||\\n{{ answer_choices[label] }}  "
        metadata: !TemplateMetadata
          choices_in_prompt: null
          languages: [en, 'no']
          metrics: [Accuracy]
          original_task: true
        name: 'ask: "sing" '
        reference: "a \\t tab, a \\U0001F426 bird"
        task_template: false
      12345678-0000-4000-8000-000000000002: !Template
        answer_choices: null
        id: 12345678-0000-4000-8000-000000000002
        jinja: |2+

            {% if bird %}
          {{ bird }}
          {% endif %} ||| yes

        metadata: !TemplateMetadata
          choices_in_prompt: true
          languages: []
          metrics: []
          original_task: false
        name: indented
        reference: ''

    """

  @Test func writesTemplatesThatReadBackAsTheyWere() throws {
    let folder = try CollectionFolder()
    try folder.write("in/aviary/birds/songs/templates.yaml", Self.birds)
    let found = try TemplateImport.promptsource(folder.path + "/in")
    #expect(found.refusals.isEmpty)
    #expect(found.tasks.map(\.name) == ["aviary_birds_songs"])
    let output = folder.path + "/out"
    #expect(
      try found.write(to: output, replacing: false) == [output + "/aviary_birds_songs/templates.yaml"])
    let before = try TemplateFile.load(folder.path + "/in/aviary/birds/songs/templates.yaml")
    let after = try TemplateFile.load(output + "/aviary_birds_songs/templates.yaml")
    #expect(
      after.map(\.jinja) == [
        "Does the {{ bird }} sing?\n\n|||\n{{ answer_choices[label] }}  ",
        "\n  {% if bird %}\n{{ bird }}\n{% endif %} ||| yes\n\n",
      ])
    try expectSame(before, after)
    // A second import of the same collection changes nothing and is no replacement.
    #expect(try found.write(to: output, replacing: false).isEmpty)
  }

  @Test func takesTheGoodAndRefusesTheBadWithPlaces() throws {
    let folder = try CollectionFolder()
    try folder.write(
      "a/templates.yaml",
      """
      dataset: a
      subset: None
      templates:
        one: !Template
          jinja: "{{ x | uper }} ||| y"
          name: typing error
        two: !Template
          jinja: x ||| y
          name: good
        three: !Template
          jinja: x ||| y
          nmae: no name

      """)
    try folder.write("b/templates.yaml", "dataset: b\ntemplates: [\n")
    try folder.write("c/other.yaml", "ignored: true\n")
    let found = try TemplateImport.promptsource(folder.path)
    #expect(found.files == 2 && found.found == 3 && found.imported == 1)
    #expect(found.tasks.map(\.name) == ["a"] && found.tasks.map(\.subset) == [nil])
    let told = found.refusals.map { refusal in
      let place = refusal.problem.location
      return "\(refusal.reason): \(refusal.name):\(place?.line ?? 0):\(place?.column ?? 0)"
    }
    #expect(
      told == [
        "the template does not compile: typing error:5:20", "the template cannot be read: three:10:10",
        "the template cannot be read: three:12:5", "the file cannot be read: :3:1",
      ])
    #expect(found.reasons.first?.reason == "the template cannot be read")
  }

  @Test func replacesNothingUnasked() throws {
    let folder = try CollectionFolder()
    try folder.write("in/templates.yaml", Self.birds)
    try folder.write("out/aviary_birds_songs/templates.yaml", "mine\n")
    let found = try TemplateImport.promptsource(folder.path + "/in/templates.yaml")
    #expect {
      _ = try found.write(to: folder.path + "/out", replacing: false)
    } throws: { error in
      "\(error)".contains("out/aviary_birds_songs/templates.yaml' are there already and differ")
    }
    #expect(try folder.text("out/aviary_birds_songs/templates.yaml") == "mine\n")
    #expect(try found.write(to: folder.path + "/out", replacing: true).count == 1)
    #expect(try folder.text("out/aviary_birds_songs/templates.yaml").hasPrefix("dataset: aviary/birds\n"))
  }

  @Test(arguments: [
    ("x.whl", "python3 -m zipfile"), ("x.tar.gz", "tar xzf"), ("empty", "no templates.yaml below"),
  ])
  func saysWhatToDoAboutOtherPaths(name: String, says: String) throws {
    let folder = try CollectionFolder()
    try folder.write(name == "empty" ? "empty/other.txt" : name, "")
    #expect {
      _ = try TemplateImport.promptsource(folder.path + "/" + name)
    } throws: { error in
      "\(error)".contains(says)
    }
  }
}

/// Two readings of the same templates, in order.
func expectSame(_ before: [TemplateSource], _ after: [TemplateSource]) throws {
  try #require(before.count == after.count)
  for (a, b) in zip(before, after) {
    #expect(a.id == b.id)
    #expect(a.name.utf8.elementsEqual(b.name.utf8))
    #expect(a.jinja.utf8.elementsEqual(b.jinja.utf8), "\(a.id)")
    #expect(a.answerChoices.map { Array($0.utf8) } == b.answerChoices.map { Array($0.utf8) })
    #expect(a.target.map { Array($0.utf8) } == b.target.map { Array($0.utf8) })
    #expect(a.reference.utf8.elementsEqual(b.reference.utf8), "\(a.id)")
    #expect(a.choicesInPrompt == b.choicesInPrompt && a.originalTask == b.originalTask)
    #expect(a.languages == b.languages && a.metrics == b.metrics)
    #expect(a.environment == b.environment)
  }
}
