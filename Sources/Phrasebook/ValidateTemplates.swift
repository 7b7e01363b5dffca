import Bytes
import Diversity
import JSON
import Lint
import Records
import Reports

/// What to look at, and how to tell.
public struct ValidateOptions: Sendable {
  public enum Format: String, Sendable, CaseIterable {
    case text, json, sarif
    /// Workflow commands of GitHub's actions.
    case github
  }

  /// Files of templates, folders with such, recipes; empty: `phrasebook.yaml`, else `templates`.
  public var paths: [String]
  public var format = Format.text
  /// Whether what can be mended mechanically is, a copy being kept.
  public var fixes = false
  /// Whether diversity figures and suggestions are told too.
  public var showsDiversity = false
  /// A file for the map of the templates.
  public var map: String?
  /// Folder of the tasks' corpora; nil: `corpora` beside the folder of the templates.
  public var corpora: String?
  /// Records to render for each task; 0: none.
  public var records = 200
  /// Characters that an input may have.
  public var characters = 8_192
  /// Tokens that an input may have; needs `tokenizer`.
  public var tokens: Int?
  /// A model's folder, file or name.
  public var tokenizer: String?

  public init(paths: [String] = []) { self.paths = paths }
}

/// Whether a validation found what must not be.
public struct ValidationOutcome: Sendable {
  public var result: CommandResult
  public var errors: Int
  public var warnings: Int
}

/// Asks every rule about templates, and tells how diverse they are.
///
/// - Throws: when a path is no file of templates, recipe or folder with such, or cannot be read.
public func validateTemplates(
  _ options: ValidateOptions, in session: Session
) throws -> ValidationOutcome {
  let sources = try ValidationSources.find(options)
  var run = ValidationRun(sources, options, session)
  try run.read()
  if options.fixes, try run.fix() { try run.read() }
  let report = try run.report()
  let sets = run.templateSets
  let survey = options.showsDiversity ? DiversitySurvey(sets) : nil
  if let map = options.map {
    try TemplateMapPage(TemplateMap(sets), title: "Templates").write(to: map)
    session.progress.note("validate: \(map)")
  }
  return ValidationOutcome(
    result: ValidationText.result(report, survey, options.format), errors: report.count(.error),
    warnings: report.count(.warning))
}
