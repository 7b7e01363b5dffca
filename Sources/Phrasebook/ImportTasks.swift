import Bytes
import Imports
import JSON
import Records

/// What tasks to import, and where to.
public struct TaskImportOptions: Sendable {
  /// The collection's format.
  public enum Format: String, Sendable, CaseIterable {
    /// Task files of Super-NaturalInstructions.
    case naturalInstructions = "natural-instructions"
    /// JSON tasks of BIG-bench and BIG-Bench Hard.
    case bigBench = "big-bench"
    /// FLAN's tab-separated chains of thought.
    case flanChainOfThought = "flan-cot"
    /// JSON lines of prompts and completions, or of chats.
    case examples
  }

  public var format: Format
  /// A folder or a file.
  public var path: String
  /// The project's folder, which gets `corpora/<task>` and `templates/<task>`.
  public var output: String
  /// Whether files that are there and differ are replaced.
  public var replacing: Bool

  public init(_ format: Format, path: String, output: String = ".", replacing: Bool = false) {
    self.format = format
    self.path = path
    self.output = output
    self.replacing = replacing
  }
}

/// Makes a task of each file of a published collection: a `corpus.yaml` that reads the data where it lies, and
/// templates with the instructions that the file carries.
///
/// - Returns: the report, and how many files were refused.
/// - Throws: when there is nothing to import, or output is there that may not be replaced; then nothing is
///   written.
public func importTasks(
  _ options: TaskImportOptions, in session: Session
) throws -> (report: CommandResult, refused: Int) {
  session.progress.update("import: reading \(options.path)")
  let found: TaskImport =
    switch options.format {
    case .naturalInstructions: try .naturalInstructions(options.path)
    case .bigBench: try .bigBench(options.path)
    case .flanChainOfThought: try .flanChainOfThought(options.path)
    case .examples: try .examples(options.path)
    }
  let written = try found.write(to: options.output, replacing: options.replacing) {
    relativePath(of: $0, from: $1)
  }
  session.progress.note("import: \(written.count) files written to \(options.output)")
  var text = "\(options.format.rawValue): \(found.files) files in \(options.path)\n"
  text +=
    "  \(found.tasks.count) tasks, \(found.refusals.count) files refused, \(written.count) files written\n"
  for refusal in found.refusals { text += "  refused: \(refusal.path): \(refusal.problem.message)\n" }
  let tasks = found.tasks.map { task in
    Value.dictionary(
      ValueDictionary([
        ("name", .string(task.name)), ("templates", .integer(Int64(task.count))),
        ("files", .list(task.files.map { .string($0.path) })),
      ]))
  }
  let refusals = found.refusals.map { refusal in
    Value.dictionary(
      ValueDictionary([("path", .string(refusal.path)), ("message", .string(refusal.problem.message))]))
  }
  let json = Value.dictionary(
    ValueDictionary([
      ("format", .string(options.format.rawValue)), ("path", .string(options.path)),
      ("output", .string(options.output)), ("files", .integer(Int64(found.files))),
      ("written", .integer(Int64(written.count))), ("tasks", .list(tasks)), ("refused", .list(refusals)),
    ]))
  return (CommandResult(json: JSONText.document(json)) { [text] _, _ in text }, found.refusals.count)
}
