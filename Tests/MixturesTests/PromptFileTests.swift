import Bytes
import Foundation
import JSON
import Mixtures
import Records
import Templates
import Testing

/// The files that serve prompts: exemplars and prompts without content.
struct PromptFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let phrasings = [
    "Is this good or bad: {{ text }} ||| {{ answer_choices[label] }}",
    "{{ text }} Number {{ number }}. ||| {{ answer_choices[label] }}",
    "{% if label == 1 %}{{ text }}{% else %}{{ text }}{% endif %} Verdict: ||| {{ answer_choices[label] }}",
    "Number {{ number }}. ||| {{ answer_choices[label] }}",
    "{{ text }} or {{ other }}? ||| {{ other }}",
  ]

  /// Groups of three records; every tenth label is 2.
  private func task(_ name: String = "reviews", choices: String = "good ||| bad ||| odd") throws
    -> MixtureTask
  {
    let records = (0..<300).map { number -> Record in
      let label: Int64 = number % 10 == 9 ? 2 : Int64(number % 2)
      let values: [Value] = [
        .string("text \(number)"), .integer(Int64(number)), .integer(label), .string("other \(number)"),
      ]
      return Record(values: values, group: UInt64(number / 3))
    }
    let store = try store(records, fields: ["text", "number", "label", "other"], in: folder)
    return MixtureTask(
      name: name, cluster: "sentiment", metric: "accuracy", store: store,
      templates: try Self.phrasings.enumerated().map { place, jinja in
        let source = TemplateSource(
          id: "\(name)-\(place)", name: "wording \(place)", jinja: jinja,
          answerChoices: place == 4 ? "{{ other }} ||| none" : choices,
          location: SourceLocation(path: "test.yaml"))
        return try CompiledTemplate.compile(source, schema: store.schema)
      })
  }

  private func build(_ change: (inout MixtureSettings) -> Void = { _ in }) throws -> (
    MixturePlan, OutputFolder
  ) {
    var settings = MixtureSettings(name: "prompts", seed: 3, total: 200)
    settings.evaluation = EvaluationLimits(testRecords: 6, validationRecords: 5, exemplarRecords: 12)
    change(&settings)
    let plan = try MixturePlan([try task()], settings: settings)
    let output = try OutputFolder(folder.path + "/out")
    _ = try MixtureBuilder.build(plan, into: output)
    return (plan, output)
  }

  private func lines(_ output: OutputFolder, _ file: EvaluationFile) throws -> [ValueDictionary] {
    let parser = try JSONParser()
    var lines: [ValueDictionary] = []
    try JSONLines.read(output.path + "/" + file.path) { bytes, _ in
      lines.append(try JSONNode(try parser.parse(bytes), file: "", advice: "").dictionary())
    }
    return lines
  }

  private func text(_ line: ValueDictionary, _ key: String) -> String? {
    if case .string(let text)? = line[key] { text } else { nil }
  }

  /// Training records under every template, seen and unseen; of each group one, none of a measured one's.
  @Test func exemplarsAreTrainingRecords() throws {
    let (plan, output) = try build()
    let task = plan.tasks[0]
    let lines = try lines(output, .exemplars)
    #expect(lines.count == 12 * 5)
    let store = task.task.store
    var places: [String: Int] = [:]
    for place in 0..<store.count { places[store.record(place).id.description] = place }
    var templates: [String: [String]] = [:]
    for line in lines {
      templates[text(line, "record") ?? "", default: []].append(text(line, "template") ?? "")
    }
    #expect(templates.count == 12)
    #expect(templates.values.allSatisfy { $0 == (0..<5).map { "reviews-\($0)" } })
    let records = try templates.keys.map { try #require(places[$0]) }
    #expect(records.allSatisfy { task.records.train.contains(UInt32($0)) })
    #expect(Set(records.map { store.record($0).group }).count == 12)
    let measured = Set((try self.lines(output, .seenTemplates)).map { text($0, "record") ?? "" })
    #expect(!measured.isEmpty)
    let groups = Set(measured.compactMap { places[$0] }.map { store.record($0).group })
    #expect(groups.isDisjoint(with: records.map { store.record($0).group }))
    // The rare label has its share of a tenth.
    let odd = lines.filter { text($0, "template") == "reviews-0" && text($0, "target") == "odd" }
    #expect((1...2).contains(odd.count))
  }

  @Test func officialSplitsOfOneGroupStayApart() throws {
    // Named splits may put records of one group on both sides; those of a measured record's group are no exemplars.
    let records = (0..<60).map { number -> Record in
      let values: [Value] = [
        .string("text \(number)"), .integer(Int64(number)), .integer(Int64(number % 2)), .string("o"),
      ]
      let group = UInt64(number / 6 < 5 ? 0 : number)
      return Record(values: values, split: number % 6 == 5 ? .test : .train, group: group)
    }
    var task = try task("named")
    task.store = try store(records, fields: ["text", "number", "label", "other"], in: folder)
    var settings = MixtureSettings(name: "prompts", seed: 3, total: 50)
    settings.evaluation = EvaluationLimits(testRecords: 100, validationRecords: 0, exemplarRecords: 100)
    let plan = try MixturePlan([task], settings: settings)
    let cell = EvaluationCell(.exemplars, of: plan)
    let groups = (0..<cell.count).map { task.store.record(cell.example(at: $0).record).group }
    #expect(!groups.isEmpty && !groups.contains(0))
  }

  @Test func contentFreePromptsSayNothingOfTheRecord() throws {
    let (_, output) = try build()
    let lines = try lines(output, .contentFree)
    func inputs(_ template: Int) -> [String] {
      lines.filter { text($0, "template") == "reviews-\(template)" }.map { text($0, "input") ?? "" }
    }
    // One prompt for all records where it is the same for all.
    #expect(
      inputs(0) == ["Is this good or bad: N/A", "Is this good or bad:", "Is this good or bad: [MASK]"]
        || inputs(0) == ["Is this good or bad: N/A", "Is this good or bad: ", "Is this good or bad: [MASK]"])
    #expect(inputs(2).count == 3 && inputs(2)[0] == "N/A Verdict:")
    // Numbers stay, so every record has prompts of its own.
    #expect(inputs(1).count == 6 * 3 && Set(inputs(1)).count == 6 * 3)
    #expect(inputs(1)[0].hasPrefix("N/A Number "))
    // No text, no prompt; a field of the answer choices stays.
    #expect(inputs(3).isEmpty)
    #expect(inputs(4).count == 6 * 3 && inputs(4)[0].hasPrefix("N/A or other "))
    #expect(lines.filter { text($0, "template") == "reviews-0" }.allSatisfy { $0["record"] == .null })
    #expect(lines.filter { $0["record"] == .null }.count == 3 * 4)
    let choices = lines.first { text($0, "template") == "reviews-0" }?["choices"]
    #expect(choices == .list(["good", "bad", "odd"].map(Value.string)))
  }

  @Test func theManifestCountsTheLines() throws {
    let (_, output) = try build()
    let manifest = try JSONNode.read(output.path + "/manifest.json", advice: "")
    for (name, file) in [("exemplars", EvaluationFile.exemplars), ("content_free", .contentFree)] {
      let entry = try #require(
        try manifest.required("evaluation").items().first {
          try $0.required("path").text() == "evaluation/\(name).jsonl"
        })
      #expect(try entry.required("examples").integer() == lines(output, file).count)
    }
    var audit = try MixtureAudit(output.path)
    try audit.run()
    #expect(audit.isClean, "\(audit.value)")
    // A measured record among the exemplars is found.
    let path = output.path + "/evaluation/exemplars.jsonl"
    let measured = text(try lines(output, .seenTemplates)[0], "record") ?? ""
    let exemplar = text(try lines(output, .exemplars)[0], "record") ?? ""
    let changed = try String(contentsOfFile: path, encoding: .utf8).replacing(exemplar, with: measured)
    try changed.write(toFile: path, atomically: true, encoding: .utf8)
    var second = try MixtureAudit(output.path)
    try second.run()
    #expect("\(second.value)".contains("measured records among exemplars"))
  }

  @Test func rationalesGoAlong() throws {
    let (_, output) = try build { $0.evaluation.rationale = "other" }
    let lines = try lines(output, .exemplars)
    #expect(lines.allSatisfy { text($0, "rationale")?.hasPrefix("other ") == true })
    var first: Example?
    try ExampleLines.read(output.path + "/evaluation/exemplars.jsonl") { first = first ?? $0 }
    #expect(first?.rationale == text(lines[0], "rationale"))
  }
}
