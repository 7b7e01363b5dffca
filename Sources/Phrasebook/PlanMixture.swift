import Bytes
import Glibc
import JSON
import Mixtures
import Records
import Transformer

/// What the command line says of a plan.
public struct PlanOptions: Sendable {
  /// Counts tokens with it: `smollm2`, a GGUF file, a model's folder or a `tokenizer.json`; nil: none are counted.
  public var tokenizer: String?
  public var fold: Recipe.FoldChoice?

  public init(tokenizer: String? = nil, fold: Recipe.FoldChoice? = nil) {
    self.tokenizer = tokenizer
    self.fold = fold
  }
}

/// Says what a build of a recipe would make, without building it: rates, counts, epochs, repeats, tokens, size.
///
/// - Throws: what a build would throw before it writes.
public func planMixture(
  recipe path: String, options: PlanOptions = PlanOptions(), in session: Session
) throws -> CommandResult {
  let recipe = try Recipe.load(path)
  let folder = try temporaryFolder()
  defer { try? removeTree(folder) }
  let intake = TaskIntake(
    recipe: recipe, workFolder: folder, quarantineFolder: folder + "/quarantine", session: session)
  let plan = try MixturePlan(
    intake.tasks(), settings: recipe.mixtureSettings(BuildOptions(fold: options.fold)),
    threads: session.threads)
  let sample = try PlanSample(of: plan)
  var tokens: [Double]?
  if let name = options.tokenizer {
    let tokenizer = try Tokenizer.load(try PretrainedModel.path(name, in: session))
    var encoder = TokenEncoder(tokenizer)
    tokens = sample.tasks.map { task in
      let all = zip(task.inputs, task.targets).reduce(0) { sum, example in
        sum + tokenizer.prompt(example.0, room: .max, &encoder).tokens.count
          + tokenizer.target(example.1, &encoder).count
      }
      return task.inputs.isEmpty ? 0 : Double(all) / Double(task.inputs.count)
    }
  }
  let warnings = plan.warnings.map(\.message) + advice(plan)
  for warning in warnings { session.progress.warning(warning) }
  return PlanTable(plan: plan, sample: sample, tokens: tokens, warnings: warnings).result
}

/// A folder of this run's own, for record stores that nobody else needs.
func temporaryFolder() throws -> String {
  let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  var template = Array("\(place)/phrasebook-plan-XXXXXX".utf8CString)
  let made = template.withUnsafeMutableBufferPointer { name in name.baseAddress.flatMap { mkdtemp($0) } != nil
  }
  guard made else { throw Diagnostic.system("make a folder in", place, errno: errno) }
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// What is no error but worth a look before hours of training.
private func advice(_ plan: MixturePlan) -> [String] {
  var advice = plan.tasks.filter { $0.epochs >= 40 }.map { task in
    "task '\(task.task.name)' is seen \(decimal(task.epochs, 1)) times; a lower temperature, a lower weight or "
      + "more records would repeat less"
  }
  var clusters: [(name: String, tasks: [String])] = []
  for task in plan.tasks {
    if let place = clusters.firstIndex(where: { $0.name == task.task.cluster }) {
      clusters[place].tasks.append(task.task.name)
    } else {
      clusters.append((task.task.cluster, [task.task.name]))
    }
  }
  advice += clusters.filter { $0.tasks.count == 1 }.map {
    "the cluster '\($0.name)' has one task, '\($0.tasks[0])': holding the cluster out or the task is the same"
  }
  return advice
}

/// The plan for people and for programs.
private struct PlanTable {
  let plan: MixturePlan
  let sample: PlanSample
  /// Tokens of an example, task by task.
  let tokens: [Double]?
  let warnings: [String]

  var result: CommandResult {
    let text = text
    return CommandResult(json: JSONText.document(value)) { _, _ in text }
  }

  private func bytes(_ place: Int) -> Double {
    sample.tasks[place].lineBytes * Double(plan.tasks[place].count)
  }

  private var text: String {
    var rows = [
      [
        "task", "cluster", "records", "rate %", "examples", "epochs", "a record", "a template", "seen",
        "unseen", "MB",
      ]
        + (tokens == nil ? [] : ["M tokens"])
    ]
    for (place, task) in plan.tasks.enumerated() {
      rows.append(
        [
          task.task.name, task.task.cluster, "\(task.trainingRecords)", decimal(task.rate * 100, 2),
          "\(task.count)",
          decimal(task.epochs, 2), range(task.visitsPerRecord), range(task.visitsPerTemplate),
          "\(task.seen.count)",
          "\(task.unseen.count)", decimal(bytes(place) / 1e6, 2),
        ] + (tokens.map { [decimal($0[place] * Double(task.count) / 1e6, 2)] } ?? []))
    }
    var text = aligned(rows, textColumns: 2)
    let size = plan.tasks.indices.reduce(0.0) { $0 + bytes($1) }
    text += "\(plan.total) examples, about \(decimal(size / 1e6, 1)) MB"
    if let tokens {
      let all = zip(plan.tasks, tokens).reduce(0.0) { $0 + Double($1.0.count) * $1.1 }
      text += ", about \(decimal(all / 1e6, 2)) M tokens"
    }
    text += "\n"
    for form in plan.settings.forms {
      let count = plan.tasks.reduce(0) { $0 + ($1.forms.first { $0.form == form.form }?.count ?? 0) }
      text +=
        "\(form.form.rawValue): \(count) examples, \(decimal(form.share * 100, 2)) % of tasks that have it\n"
    }
    return text
  }

  private func range(_ range: ClosedRange<Int>) -> String {
    range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)–\(range.upperBound)"
  }

  private var value: Value {
    func object(_ pairs: [(String, Value)]) -> Value { .dictionary(ValueDictionary(pairs)) }
    func integer(_ number: Int) -> Value { .integer(Int64(number)) }
    func bounds(_ range: ClosedRange<Int>) -> Value {
      .list([integer(range.lowerBound), integer(range.upperBound)])
    }
    let tasks = plan.tasks.enumerated().map { place, task in
      object([
        ("name", .string(task.task.name)), ("cluster", .string(task.task.cluster)),
        ("records", integer(task.trainingRecords)), ("rate", .number(task.rate)),
        ("count", integer(task.count)),
        ("epochs", .number(task.epochs)), ("visits_per_record", bounds(task.visitsPerRecord)),
        ("visits_per_template", bounds(task.visitsPerTemplate)), ("seen", integer(task.seen.count)),
        ("unseen", integer(task.unseen.count)), ("bytes", .number(bytes(place).rounded())),
        ("tokens", tokens.map { .number(($0[place] * Double(task.count)).rounded()) } ?? .null),
        (
          "forms",
          .list(
            task.forms.map { object([("form", .string($0.form.rawValue)), ("count", integer($0.count))]) })
        ),
      ])
    }
    return object([
      ("name", .string(plan.settings.name)), ("total", integer(plan.total)), ("tasks", .list(tasks)),
      ("warnings", .list(warnings.map(Value.string))),
    ])
  }
}
