import Bytes
import JSON
import Mixtures
import Records
import Reports

/// What the command line may change about a build.
public struct BuildOptions: Sendable {
  /// The folder to write; nil: `output/<name>` beside the recipe.
  public var output: String?
  /// Replaces the recipe's number of training files.
  public var shards: Int?

  public init(output: String? = nil, shards: Int? = nil) {
    self.output = output
    self.shards = shards
  }
}

/// Compiles a recipe's corpora and templates into a mixture: training files, evaluation files, manifest.
///
/// The bytes depend on the recipe and on what it names alone. A folder with a manifest is complete.
///
/// - Throws: `Diagnostics` or a `Diagnostic`; then the folder holds no file of this build.
@discardableResult
public func buildMixture(
  recipe path: String, options: BuildOptions = BuildOptions(), in session: Session
) throws -> CommandResult {
  let recipe = try Recipe.load(path)
  let output = options.output ?? recipe.defaultOutput
  // The folder is held from here on, so that a second build is refused before it reads anything.
  let folder = try OutputFolder(output)
  let records = output + "/.records"
  let quarantine = output + "/quarantine"
  for stale in [records, quarantine] { try removeTree(stale) }
  try makeFolder(records)
  defer { try? removeTree(records) }
  let intake = TaskIntake(
    recipe: recipe, workFolder: records, quarantineFolder: quarantine, session: session)
  let tasks = try intake.tasks()
  session.progress.note(
    "build: \(tasks.reduce(0) { $0 + $1.store.count }) records of \(tasks.count) tasks, "
      + "\(tasks.reduce(0) { $0 + $1.templates.count }) templates")
  let plan = try MixturePlan(tasks, settings: try recipe.mixtureSettings(options))
  for warning in plan.warnings { session.progress.warning(warning.message) }
  try folder.clear()
  try copy(recipe, to: output)
  try TemplateMap(plan).write(to: output)
  let built: BuiltMixture
  do {
    built = try MixtureBuilder.build(plan, into: folder, threads: session.threads) { progress in
      session.progress.update("build: \(progress.examples) of \(progress.total) examples")
    }
  } catch {
    for name in [MixtureFolder.recipeName, TemplateMap.fileName] { try? removeTree(output + "/" + name) }
    throw error
  }
  session.progress.note(
    "build: \(built.trainingExamples) training and \(built.evaluationExamples) evaluation examples, "
      + "manifest \(built.manifestSHA256.prefix(12)), in \(output)")
  return try buildResult(plan, output)
}

/// A copy of the recipe stays with its results: training and evaluation find their settings there.
private func copy(_ recipe: Recipe, to output: String) throws {
  var file = try AtomicFile(path: output + "/" + MixtureFolder.recipeName)
  try recipe.text.withUnsafeBytes { try file.write($0) }
  _ = try file.commit()
}

extension Recipe {
  func mixtureSettings(_ options: BuildOptions) throws(Diagnostic) -> MixtureSettings {
    var settings = MixtureSettings(name: name, seed: seed, total: mixture.total)
    settings.cap = mixture.cap
    settings.temperature = mixture.temperature
    settings.rates =
      switch mixture.rates {
      case .proportional: .proportional
      case .equal: .equal
      case .weights(let weights): .weights(weights)
      }
    settings.shards = options.shards ?? mixture.shards
    settings.splits = SplitFractions(validation: records.validation, test: records.test)
    settings.holdOut.amount =
      switch holdOut.amount {
      case .fraction(let share): .fraction(share)
      case .number(let number): .number(number)
      }
    settings.holdOut.templates = holdOut.templateNames
    settings.holdOut.clusters = holdOut.clusters
    settings.holdOut.similarity = holdOut.similarity
    settings.evaluation = EvaluationLimits(
      testRecords: evaluation.records, validationRecords: evaluation.validationRecords)
    settings.recipe = InputFile(
      path: MixtureFolder.recipeName, sha256: text.withUnsafeBytes { hexadecimal(SHA256.digest($0)) })
    settings.phrasebookVersion = phrasebookVersion
    return settings
  }
}

/// The table of what was built: records, rate, count and templates of every task.
private func buildResult(_ plan: MixturePlan, _ output: String) throws -> CommandResult {
  let manifest = try MappedFile(path: output + "/manifest.json")
  var rows: [[String]] = []
  for task in plan.tasks {
    rows.append([
      task.task.name, task.task.cluster, "\(task.trainingRecords)", decimal(task.rate * 100, 2),
      "\(task.count)", "\(task.seen.count)", "\(task.unseen.count)",
    ])
  }
  let heading = ["task", "cluster", "records", "rate %", "examples", "seen", "unseen"]
  let text = aligned([heading] + rows, textColumns: 2) + "\n\(plan.total) examples in \(output)\n"
  let json = manifest.withBytes { String(decoding: $0, as: UTF8.self) }
  return CommandResult(json: json) { _, _ in text }
}

/// Rows as columns two blanks apart: the first ones to the left, numbers to the right.
private func aligned(_ rows: [[String]], textColumns: Int) -> String {
  let columns = rows.map(\.count).max() ?? 0
  let widths = (0..<columns).map { column in rows.map { $0[column].unicodeScalars.count }.max() ?? 0 }
  return rows.map { row in
    let cells = row.enumerated().map { column, text in
      let padding = String(repeating: " ", count: widths[column] - text.unicodeScalars.count)
      return column < textColumns ? text + padding : padding + text
    }
    return cells.joined(separator: "  ") + "\n"
  }.joined()
}
