import Bytes
import Compression
import JSON
import Records
import Templates

/// What the manifest of a mixture says before any file is written (DESIGN section 7): all that it is made
/// from and all that was decided. `BuildLedger` adds the files.
struct MixtureManifest {
  static let formatVersion: Int64 = 1
  private let plan: MixturePlan

  init(_ plan: MixturePlan) { self.plan = plan }

  /// Equal for equal mixtures, whichever part of them is built, and where.
  var pairs: ValueDictionary {
    let settings = plan.settings
    return ValueDictionary([
      ("format_version", .integer(Self.formatVersion)),
      ("phrasebook_version", .string(settings.phrasebookVersion)),
      ("name", .string(settings.name)),
      ("recipe", settings.recipe.map(input) ?? .null),
      ("seed", Int64(exactly: settings.seed).map(Value.integer) ?? .bigInteger("\(settings.seed)")),
      ("rates", .string(settings.rates.name)),
      ("cap", settings.cap.map(integer) ?? .null),
      ("temperature", .number(settings.temperature)),
      ("total", integer(plan.total)),
      ("tasks", .list(plan.tasks.map(task))),
      (
        "held_out",
        object([
          ("templates", .list(plan.tasks.flatMap { task in task.unseen.map { id(task, $0) } })),
          ("tasks", .list(plan.tasks.filter(\.isHeldOut).map { .string($0.task.name) })),
          ("similarity", .number(settings.holdOut.similarity)),
          ("near_duplicates", settings.splits.nearDuplicates.map(Value.number) ?? .null),
          ("fold", settings.holdOut.fold.map { .string($0.name) } ?? .null),
        ])
      ),
      ("forms", forms),
      ("shard_count", integer(settings.shards)),
      ("compression", settings.compression.map { .string($0.rawValue) } ?? .null),
      ("inputs", .list(inputs.map(input))),
    ])
  }

  private func task(_ planned: PlannedTask) -> Value {
    let (task, records) = (planned.task, planned.records)
    return object([
      ("name", .string(task.name)),
      ("cluster", .string(task.cluster)),
      ("metric", .string(task.metric)),
      (
        "records",
        object([
          ("train", integer(planned.trainingRecords)),
          ("validation", integer(records.validation.count)),
          ("test", integer(records.test.count)),
          ("quarantined", integer(task.quarantined)),
          ("duplicates", integer(records.duplicates)),
          ("near_duplicates", integer(records.nearDuplicates)),
          ("unused", integer(records.train.count - planned.trainingRecords)),
        ])
      ),
      ("scale", .number(task.scale)),
      ("rate", .number(planned.rate)),
      ("count", integer(planned.count)),
      ("epochs", .number(planned.epochs)),
      ("held_out", .boolean(planned.isHeldOut)),
      (
        "templates",
        object([
          ("seen", .list(planned.seen.map { template(planned, $0) })),
          ("unseen", .list(planned.unseen.map { template(planned, $0) })),
          ("tagged", .list(planned.tagged.map { [template(planned, $0)] } ?? [])),
        ])
      ),
      (
        "forms",
        .list(
          planned.forms.map {
            object([
              ("form", .string($0.form.rawValue)), ("count", integer($0.count)),
              ("templates", .list($0.templates.map { id(planned, $0) })),
            ])
          })
      ),
      ("languages", .list(task.languages.map(Value.string))),
      ("licence", task.licence.map(Value.string) ?? .null),
      ("citation", task.citation.map(Value.string) ?? .null),
    ])
  }

  /// The text goes along, so that an audit need not trust that near-duplicates are on one side.
  /// The share that was asked for, and how many examples have the form.
  private var forms: Value {
    .list(
      plan.settings.forms.map { share in
        let count = plan.tasks.reduce(0) { sum, task in
          sum + (task.forms.first { $0.form == share.form }?.count ?? 0)
        }
        return object([
          ("form", .string(share.form.rawValue)), ("share", .number(share.share)), ("count", integer(count)),
        ])
      })
  }

  private func template(_ planned: PlannedTask, _ index: Int) -> Value {
    let source = planned.task.templates[index].source
    var pairs: [(String, Value)] = [
      ("id", id(planned, index)),
      ("name", .string(source.name)),
      ("family", .string(planned.familyID(of: index))),
      ("jinja", .string(source.jinja)),
    ]
    if let style = source.style { pairs.append(("style", .string(style.rawValue))) }
    if !source.extract.isEmpty { pairs.append(("extract", .list(source.extract.map(Value.string)))) }
    if !source.steps.isEmpty {
      let environment = planned.task.templates[index].environment.ofSteps
      pairs.append(("environment", .string(environment.rawValue)))
      pairs.append(("steps", .list(source.steps.map(step))))
    }
    return object(pairs)
  }

  private func step(_ step: TemplateStep) -> Value {
    object([
      ("name", .string(step.name)), ("for", step.loop.map(Value.string) ?? .null),
      ("jinja", .string(step.jinja)),
    ])
  }

  private func id(_ planned: PlannedTask, _ index: Int) -> Value {
    .string(planned.task.templates[index].source.id)
  }

  private func input(_ file: InputFile) -> Value {
    object([("path", .string(file.path)), ("sha256", .string(file.sha256))])
  }

  /// The recipe and every task's files, each once.
  private var inputs: [InputFile] {
    let all = [plan.settings.recipe].compactMap(\.self) + plan.tasks.flatMap(\.task.inputs)
    var known: Set<InputFile> = []
    return all.filter { known.insert($0).inserted }
  }
}

private func object(_ pairs: [(String, Value)]) -> Value { .dictionary(ValueDictionary(pairs)) }

private func integer(_ number: Int) -> Value { .integer(Int64(number)) }

extension HoldOut.Fold {
  fileprivate var name: String { "\(index)/\(count.map(String.init) ?? "each")" }
}

extension RateRule {
  fileprivate var name: String {
    switch self {
    case .proportional: "proportional"
    case .equal: "equal"
    case .weights: "weights"
    case .uniMax: "unimax"
    }
  }
}
