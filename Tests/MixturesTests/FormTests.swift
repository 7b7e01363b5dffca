import Bytes
import Foundation
import JSON
import Mixtures
import Records
import Templates
import Testing

/// Shares of examples that are no plain instructions.
struct FormTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Twelve phrasings, of which three have a style.
  private func task(_ name: String = "sums", records: Int = 300, group: (Int) -> UInt64? = { _ in nil })
    throws
    -> MixtureTask
  {
    let records = (0..<records).map { number in
      Record(
        values: [number, number / 7, number * 31 % 1009, number / 7 + number * 31 % 1009].map {
          .integer(Int64($0))
        },
        group: group(number))
    }
    let store = try store(records, fields: ["number", "a", "b", "sum"], in: folder)
    var task = MixtureTask(
      name: name, cluster: "arithmetic", metric: "accuracy", store: store,
      templates: try templates(sumPhrasings, task: name, schema: store.schema))
    let styles: [(Int, TemplateSource.Style)] = [(3, .succinct), (8, .conversational), (6, .inverted)]
    for (place, style) in styles {
      var source = task.templates[place].source
      source.style = style
      task.templates[place] = try CompiledTemplate.compile(source, schema: store.schema)
    }
    return task
  }

  private func settings(_ change: (inout MixtureSettings) -> Void) -> MixtureSettings {
    var settings = MixtureSettings(name: "forms", seed: 3, total: 2_000)
    settings.holdOut.amount = .number(0)
    settings.forms = [
      FormShare(.fewShot, share: 0.25), FormShare(.tagged, share: 0.1), FormShare(.inverted, share: 0.05),
      FormShare(.conversational, share: 0.125), FormShare(.succinct, share: 0.0312),
    ]
    change(&settings)
    return settings
  }

  @Test func sharesAreExactAndTemplatesGoWithTheirForms() throws {
    let plan = try MixturePlan([try task()], settings: settings { _ in })
    var counts: [ExampleForm: Int] = [:]
    var uses: [ExampleForm: [Int: Int]] = [:]
    for index in 0..<plan.total {
      let example = plan.example(at: index)
      counts[example.form, default: 0] += 1
      uses[example.form, default: [:]][example.template, default: 0] += 1
      #expect(example.exemplars.isEmpty == (example.form != .fewShot))
    }
    for share in plan.settings.forms {
      #expect(abs(Double(counts[share.form] ?? 0) - 2_000 * share.share) < 1, "\(share.form)")
    }
    #expect(counts.values.reduce(0, +) == 2_000)
    let plain = Set([0, 1, 2, 4, 5, 7, 9, 10, 11])
    #expect(Set((uses[.plain] ?? [:]).keys) == plain && Set((uses[.fewShot] ?? [:]).keys) == plain)
    #expect(Set((uses[.succinct] ?? [:]).keys) == [3] && Set((uses[.inverted] ?? [:]).keys) == [6])
    #expect(Set((uses[.conversational] ?? [:]).keys) == [8] && Set((uses[.tagged] ?? [:]).keys) == [12])
    for (form, used) in uses { #expect((used.values.max() ?? 0) - (used.values.min() ?? 0) <= 1, "\(form)") }
  }

  /// Every stretch has its share of every form, by the rule of tasks.
  @Test func formsAreSpreadEvenly() throws {
    let plan = try MixturePlan([try task()], settings: settings { _ in })
    for share in plan.settings.forms {
      var (found, low, high) = (0.0, 0.0, 0.0)
      for index in 0..<plan.total {
        found += (plan.example(at: index).form == share.form ? 1 : 0) - share.share
        (low, high) = (min(low, found), max(high, found))
      }
      #expect(high - low <= 2 + share.share * 6 + 1, "\(share.form)")
    }
  }

  @Test(arguments: [false, true]) func exemplarsAreOthersOfTraining(mixed: Bool) throws {
    // Groups of four: none of them twice in one prompt.
    let task = try task(records: 400) { UInt64($0 / 4) }
    let plan = try MixturePlan(
      [task],
      settings: settings {
        $0.forms = [FormShare(.fewShot, share: 0.5)]
        $0.fewShot.mixesTemplates = mixed
        $0.fewShot.shots = [.init(number: 1, weight: 3), .init(number: 5, weight: 1)]
      })
    let training = Set(plan.tasks[0].records.train.map { Int($0) })
    var shots: [Int: Int] = [:]
    var differing = 0
    for index in 0..<plan.total {
      let example = plan.example(at: index)
      guard example.form == .fewShot else { continue }
      shots[example.exemplars.count, default: 0] += 1
      let records = [example.record] + example.exemplars.map(\.record)
      #expect(Set(records.map { $0 / 4 }).count == records.count, "a group stands twice in example \(index)")
      #expect(training.isSuperset(of: records))
      differing += example.exemplars.count { $0.template != example.template }
      #expect(example.exemplars.allSatisfy { plan.tasks[0].seen.contains($0.template) })
      #expect(plan.example(at: index) == example)
    }
    #expect(Set(shots.keys) == [1, 5] && abs(Double(shots[1] ?? 0) - 750) < 90, "\(shots)")
    #expect((differing > 0) == mixed)
  }

  @Test func fewerGroupsThanExemplarsAreNoTrap() throws {
    let task = try task(records: 30) { UInt64($0 % 3) }
    let plan = try MixturePlan(
      [task],
      settings: settings {
        $0.forms = [FormShare(.fewShot, share: 0.5)]
        $0.fewShot.shots = [.init(number: 8, weight: 1)]
        $0.splits = SplitFractions(validation: 0, test: 0)
        $0.evaluation = EvaluationLimits(testRecords: 0, validationRecords: 0)
        $0.total = 60
      })
    for index in 0..<60 where plan.example(at: index).form == .fewShot {
      #expect(plan.example(at: index).exemplars.count == 2)
    }
  }

  @Test func linesCarryTheirForm() throws {
    let output = try OutputFolder(folder + "out")
    let plan = try MixturePlan([try task()], settings: settings { _ in })
    _ = try MixtureBuilder.build(plan, into: output, threads: 2)
    var lines: [Value] = []
    try read(output.path + "/train-00000-of-00001.jsonl") { line in
      if let value = try? JSONParser().parse(line) { lines.append(value) }
    }
    #expect(lines.count == 2_000)
    let record = { (place: Int) in plan.tasks[0].task.store.record(place) }
    func number(_ place: Int, _ field: Int) -> String {
      if case .integer(let number) = record(place).value(field) { "\(number)" } else { "" }
    }
    for (index, line) in lines.enumerated() {
      let example = plan.example(at: index)
      #expect(line["form"].string == (example.form == .plain ? "" : example.form.rawValue))
      #expect(line["target"].string == number(example.record, 3))
      switch example.form {
      case .tagged:
        #expect(
          line["input"].string == "sums a: \(number(example.record, 1)) b: \(number(example.record, 2))")
      case .fewShot:
        #expect(line["shots"].integer == example.exemplars.count)
        // Each block is an input, a line break and its answer; the last is the example's own input.
        var rest = line["input"].string
        for exemplar in example.exemplars {
          let end = "\n" + number(exemplar.record, 3) + "\n\n"
          let place = try #require(rest.range(of: end))
          #expect(rest[..<place.lowerBound].contains(number(exemplar.record, 1)))
          rest = String(rest[place.upperBound...])
        }
        #expect(rest.contains(number(example.record, 1)))
      default: #expect(!line["input"].string.contains("\n\n"))
      }
    }
    var audit = try MixtureAudit(output.path)
    try audit.run()
    #expect(audit.isClean, "\(audit.problems)")
    let manifest = try JSONParser().parseFile(output.path + "/manifest.json")
    #expect(manifest["forms"].list.map { $0["count"].integer } == [500, 200, 100, 250, 62])
    #expect(manifest["tasks"].list[0]["templates"]["tagged"].list.map { $0["id"].string } == ["sums/tagged"])
  }

  @Test func impossibleFormsAreRefused() throws {
    let store = try sums(60, in: folder)
    let bare = MixtureTask(
      name: "bare", cluster: "c", metric: "accuracy", store: store,
      templates: try templates(["{{a}} + {{b}} ||| {{sum}}"], task: "bare", schema: store.schema))
    func problem(_ tasks: [MixtureTask], _ change: (inout MixtureSettings) -> Void) -> String {
      do throws(Diagnostics) {
        _ = try MixturePlan(tasks, settings: settings(change))
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(
      problem([bare]) { $0.forms = [FormShare(.inverted, share: 0.1)] }.contains(
        "write one with 'style: inverted'"))
    #expect(
      problem([try task()]) { $0.forms = [FormShare(.tagged, share: 0.6), FormShare(.fewShot, share: 0.4)] }
        .contains("nothing is left for plain examples"))
    #expect(
      problem([try task()]) { $0.forms = [FormShare(.tagged, share: 0)] }.contains("above 0 and below 1"))
    #expect(problem([try task()]) { $0.fewShot.shots = [] }.contains("no number of exemplars"))
  }
}
