import Bytes
import Imports
import JSON
import Records

/// What to import, and where to.
public struct ImportOptions: Sendable {
  /// The collection's format.
  public enum Format: String, Sendable, CaseIterable {
    /// `templates.yaml` files as PromptSource publishes them.
    case promptsource
    /// Task files of lm-evaluation-harness.
    case lmEval = "lm-eval"
  }

  public var format: Format
  /// A folder or a file.
  public var path: String
  /// Each task becomes `<output>/<task>/templates.yaml`.
  public var output: String
  /// Each task whose data lies in local files becomes `<corpora>/<task>/corpus.yaml`, too; nil: none.
  public var corpora: String?
  /// Whether files that are there and differ are replaced.
  public var replacing: Bool

  public init(
    _ format: Format, path: String, output: String = "templates", corpora: String? = nil,
    replacing: Bool = false
  ) {
    self.format = format
    self.path = path
    self.output = output
    self.corpora = corpora
    self.replacing = replacing
  }
}

/// Turns a published collection of templates into `templates.yaml` files, one a data set and subset.
///
/// - Returns: the report, and how many templates or files were refused.
/// - Throws: when there is nothing to import, or output is there that may not be replaced; then nothing is
///   written.
public func importTemplates(
  _ options: ImportOptions, in session: Session
) throws -> (report: CommandResult, refused: Int) {
  session.progress.update("import: reading \(options.path)")
  let found: TemplateImport =
    switch options.format {
    case .promptsource: try .promptsource(options.path)
    case .lmEval: try .lmEval(options.path)
    }
  var corpora = try options.corpora.map { try HarnessCorpora(found.tasks, folder: $0) }
  // Whatever may not be replaced is told before anything is written.
  let descriptions = try corpora?.changed(replacing: options.replacing)
  let written = try found.write(to: options.output, replacing: options.replacing)
  session.progress.note("import: \(written.count) files written to \(options.output)")
  try corpora?.write(descriptions ?? [])
  let text = ImportText(found, options, written: written.count, corpora: corpora)
  let report = CommandResult(json: JSONText.document(json(found, options, written, corpora))) { width, _ in
    text.lines(width: width)
  }
  return (report, found.refusals.count + (corpora?.refused.count ?? 0))
}

private func json(
  _ found: TemplateImport, _ options: ImportOptions, _ written: [String], _ corpora: HarnessCorpora?
) -> Value {
  func counts(_ list: [TemplateImport.Count]) -> Value {
    .dictionary(ValueDictionary(list.map { ($0.what, .integer(Int64($0.count))) }))
  }
  let tasks = found.tasks.map { task in
    Value.dictionary(
      ValueDictionary([
        ("name", .string(task.name)), ("dataset", .string(task.dataset)),
        ("subset", task.subset.map(Value.string) ?? .null), ("templates", .integer(Int64(task.count))),
        ("path", .string("\(options.output)/\(task.name)/templates.yaml")),
      ]))
  }
  let reasons = found.reasons.map { reason, refusals in
    Value.dictionary(
      ValueDictionary([
        ("reason", .string(reason)), ("count", .integer(Int64(refusals.count))),
        ("refused", .list(refusals.map(json))),
      ]))
  }
  var report = ValueDictionary([
    ("format", .string(options.format.rawValue)), ("path", .string(options.path)),
    ("output", .string(options.output)), ("files", .integer(Int64(found.files))),
    ("templates", .integer(Int64(found.found))), ("imported", .integer(Int64(found.imported))),
    ("written", .integer(Int64(written.count))), ("refused", .integer(Int64(found.refusals.count))),
    ("reasons", .list(reasons)), ("functions", counts(found.functions)),
    ("skipped", counts(found.skipped)), ("left_out", counts(found.leftOut)), ("tasks", .list(tasks)),
  ])
  if let corpora {
    report["corpora"] = .integer(Int64(corpora.count))
    report["corpora_written"] = .list(corpora.written.map(Value.string))
    report["data_refused"] = .list(corpora.refused.map { json($0.task, $0.problem) })
  }
  return .dictionary(report)
}

private func json(_ refusal: TemplateImport.Refusal) -> Value { json(refusal.name, refusal.problem) }

private func json(_ name: String, _ problem: Diagnostic) -> Value {
  let place = problem.location
  return .dictionary(
    ValueDictionary([
      ("name", .string(name)), ("message", .string(problem.message)),
      ("path", place.map { .string($0.path) } ?? .null),
      ("line", place.map { .integer(Int64($0.line)) } ?? .null),
      ("column", place.map { .integer(Int64($0.column)) } ?? .null),
    ]))
}
