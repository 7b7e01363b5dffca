import Bytes
import JSON
import Mixtures
import Records

/// What the command line says of a preparation.
public struct PrepareOptions: Sendable {
  /// The folder for the records.
  public var output: String
  /// Into how many parts the recipe's tasks are divided, and which of them is done, from 0; nil: all.
  public var shards: Int
  public var shard: Int?
  /// Keeps the tasks that an earlier run finished and whose inputs are the same.
  public var resume: Bool

  public init(output: String, shards: Int = 1, shard: Int? = nil, resume: Bool = false) {
    self.output = output
    self.shards = shards
    self.shard = shard
    self.resume = resume
  }
}

/// Reads a recipe's corpora once, for builds of many shards: the records of each task, in a form that shards read at
/// random, and their division with duplicates and near-duplicates found.
///
/// Tasks do not depend on each other: parts may be prepared at the same time, on one machine or many, in one folder.
///
/// - Throws: what a build would throw before it plans.
public func prepareRecords(
  recipe path: String, options: PrepareOptions, in session: Session
) throws -> CommandResult {
  let recipe = try Recipe.load(path)
  if let shard = options.shard, !(0..<options.shards).contains(shard) {
    throw Diagnostic("there is no shard \(shard) of \(options.shards); expected 0 to \(options.shards - 1)")
  }
  let folder = try OutputFolder(options.output, isShared: options.shard != nil)
  defer { withExtendedLifetime(folder) {} }
  let lock = try options.shard.map { try folder.lock(shard: $0) }
  defer { withExtendedLifetime(lock) {} }
  var intake = TaskIntake(
    recipe: recipe, workFolder: options.output, quarantineFolder: options.output + "/quarantine",
    session: session)
  intake.stage = "prepare"
  let tasks = try intake.prepare(options)
  session.progress.note(
    "prepare: \(tasks.reduce(0) { $0 + $1.records }) records of \(tasks.count) tasks in \(options.output)")
  var rows = [["task", "records", "quarantined", ""]]
  for task in tasks {
    rows.append([task.name, "\(task.records)", "\(task.quarantined)", task.isKept ? "was there" : ""])
  }
  let text = aligned(rows, textColumns: 1)
  let json = Value.dictionary(
    ValueDictionary([
      (
        "tasks",
        .list(
          tasks.map { task in
            .dictionary(
              ValueDictionary([
                ("name", .string(task.name)), ("records", .integer(Int64(task.records))),
                ("quarantined", .integer(Int64(task.quarantined))), ("kept", .boolean(task.isKept)),
              ]))
          })
      )
    ]))
  return CommandResult(json: JSONText.document(json)) { [text] _, _ in text }
}

/// A task of a preparation.
struct PreparationOutcome {
  var name: String
  var records: Int
  var quarantined: Int
  /// Whether an earlier run had done it.
  var isKept: Bool
}
