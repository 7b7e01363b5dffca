import Bytes
import Glibc
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
  /// Builds this training file only, from 0; `commitMixture` makes a mixture of them all.
  public var shard: Int?
  /// Keeps what an earlier build of the same mixture finished.
  public var resume: Bool
  /// Replaces the recipe's fold of held-out families.
  public var fold: Recipe.FoldChoice?
  /// The folder with the records that `prepareRecords` read; nil: the corpora are read.
  public var records: String?

  public init(
    output: String? = nil, shards: Int? = nil, shard: Int? = nil, resume: Bool = false,
    fold: Recipe.FoldChoice? = nil, records: String? = nil
  ) {
    self.fold = fold
    self.records = records
    self.output = output
    self.shards = shards
    self.shard = shard
    self.resume = resume
  }
}

/// Compiles a recipe's corpora and templates into a mixture: training files, evaluation files, manifest.
///
/// The bytes depend on the recipe and on what it names alone. A folder with a manifest is complete.
///
/// - Throws: `Diagnostics` or a `Diagnostic`; then the folder has no manifest.
@discardableResult
public func buildMixture(
  recipe path: String, options: BuildOptions = BuildOptions(), in session: Session
) throws -> CommandResult {
  let recipe = try Recipe.load(path)
  let shards = options.shards ?? recipe.mixture.shards
  if let shard = options.shard, !(0..<shards).contains(shard) {
    throw Diagnostic("there is no shard \(shard) of \(shards); expected 0 to \(shards - 1)")
  }
  let output = options.output ?? recipe.defaultOutput
  // The folder is held from here on, so that a second build is refused before it reads anything.
  let folder = try OutputFolder(output, isShared: options.shard != nil)
  // Builds of several shards share the folder, but nothing that they write.
  let own = options.shard.map { ".\($0)" } ?? ""
  let records = output + "/.records" + own
  let quarantine = output + (options.shard == nil ? "/quarantine" : "/.records\(own)/quarantine")
  for stale in [records, quarantine] { try removeTree(stale) }
  try makeFolder(records)
  defer { try? removeTree(records) }
  var intake = TaskIntake(
    recipe: recipe, workFolder: records, quarantineFolder: quarantine, session: session)
  // One of many shards reads all of what was prepared; the others find what they need.
  intake.prepared = options.records.map { .init(path: $0, isThorough: options.shard ?? 0 == 0) }
  let tasks = try intake.tasks()
  session.progress.note(
    "build: \(tasks.reduce(0) { $0 + $1.store.count }) records of \(tasks.count) tasks, "
      + "\(tasks.reduce(0) { $0 + $1.templates.count }) templates")
  if options.shard ?? 0 == 0, let folder = options.records {
    try copyQuarantine(of: tasks.filter { $0.quarantined > 0 }.map(\.name), from: folder, to: quarantine)
  }
  let plan = try MixturePlan(
    tasks, settings: recipe.mixtureSettings(options), threads: session.threads)
  for warning in plan.warnings { session.progress.warning(warning.message) }
  func progress(_ state: BuildProgress) {
    session.progress.update("build: \(state.examples) of \(state.total) examples")
  }
  if let shard = options.shard {
    let built = try MixtureBuilder.build(
      plan, shard: shard, into: folder, resuming: options.resume, threads: session.threads, progress: progress
    )
    try copy(recipe, to: output, writer: "shard\(own)")
    if shard == 0 {
      try TemplateMap(plan).write(to: output)
      try keepQuarantine(quarantine, in: output)
    }
    return shardResult(built, shard, of: shards, output, session)
  }
  if !options.resume { try folder.clear() }
  // A complete folder keeps its recipe: resuming there changes nothing.
  if !options.resume || !fileExists(output + "/manifest.json") {
    try copy(recipe, to: output, writer: "build")
    try TemplateMap(plan).write(to: output)
  }
  let built: BuiltMixture
  do {
    built = try MixtureBuilder.build(
      plan, into: folder, resuming: options.resume, threads: session.threads, progress: progress)
  } catch {
    if !options.resume {
      for name in [MixtureFolder.recipeName, TemplateMap.fileName] { try? removeTree(output + "/" + name) }
    }
    throw error
  }
  session.progress.note(
    "build: \(built.trainingExamples) training and \(built.evaluationExamples) evaluation examples, "
      + "manifest \(built.manifestSHA256.prefix(12)), in \(output)")
  return try buildResult(plan, output)
}

/// Makes a mixture of the files that builds of single shards left in a folder.
///
/// - Throws: `Diagnostics` with everything that is missing or damaged; then nothing is changed.
@discardableResult
public func commitMixture(folder path: String, in session: Session) throws -> CommandResult {
  guard isFolder(path) else {
    throw Diagnostic("no folder '\(path)'; name the one that the shards were built in")
  }
  let folder = try OutputFolder(path)
  let built = try MixtureCommit.commit(folder, threads: session.threads)
  let text =
    built.map {
      "\($0.trainingExamples) training and \($0.evaluationExamples) evaluation examples, manifest "
        + "\($0.manifestSHA256.prefix(12)), in \(path)\n"
    } ?? "\(path) was complete already\n"
  var json = ValueDictionary()
  json["complete"] = .boolean(true)
  json["training_examples"] = built.map { .integer(Int64($0.trainingExamples)) } ?? .null
  json["evaluation_examples"] = built.map { .integer(Int64($0.evaluationExamples)) } ?? .null
  return CommandResult(json: JSONText.line(.dictionary(json))) { _, _ in text }
}

private func shardResult(
  _ built: BuiltMixture, _ shard: Int, of shards: Int, _ output: String, _ session: Session
) -> CommandResult {
  let text =
    built.trainingExamples == 0 && built.evaluationExamples == 0
    ? "shard \(shard) of \(shards) was there already in \(output)\n"
    : "shard \(shard) of \(shards): \(built.trainingExamples) training and \(built.evaluationExamples) evaluation "
      + "examples in \(output)\n"
  var json = ValueDictionary()
  json["shard"] = .integer(Int64(shard))
  json["shards"] = .integer(Int64(shards))
  json["training_examples"] = .integer(Int64(built.trainingExamples))
  json["evaluation_examples"] = .integer(Int64(built.evaluationExamples))
  return CommandResult(json: JSONText.line(.dictionary(json))) { _, _ in text }
}

/// Every shard's build reads all corpora and sets the same records aside; those of the first stay.
private func keepQuarantine(_ folder: String, in output: String) throws {
  guard fileExists(folder) else { return }
  try removeTree(output + "/quarantine")
  guard rename(folder, output + "/quarantine") == 0 else {
    throw Diagnostic.system("write", output + "/quarantine", errno: errno)
  }
}

/// Bad records that were set aside when the records were prepared belong to the mixture, too.
private func copyQuarantine(of tasks: [String], from records: String, to folder: String) throws {
  for task in tasks {
    try makeFolder(folder)
    var file = try AtomicFile(path: "\(folder)/\(task).jsonl")
    var source = try ChunkedFile(path: "\(records)/quarantine/\(task).jsonl")
    while try source.next({ try file.write($0) }) {}
    _ = try file.commit()
  }
}

/// A copy of the recipe stays with its results: training and evaluation find their settings there.
private func copy(_ recipe: Recipe, to output: String, writer: String) throws {
  var file = try AtomicFile(path: output + "/" + MixtureFolder.recipeName, writer: writer)
  try recipe.text.withUnsafeBytes { try file.write($0) }
  _ = try file.commit()
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
func aligned(_ rows: [[String]], textColumns: Int) -> String {
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
