public import Bytes
public import Records
public import Templates

/// A template, compiled, ready to render records; may be shared between threads.
///
/// For millions of records, keep a `Renderer` of `compiled` and a `RenderedExample` for each thread: they use
/// their memory again, where `render` makes new texts each time.
public struct Template: Sendable {
  /// A record rendered.
  public struct Rendering: Sendable, Hashable {
    /// What a model is given.
    public var input: String
    /// The answers that count as right, the first of which is taught; empty where the template has no target.
    public var targets: [String]
    /// The answer choices, in order; nil where the template has none.
    public var choices: [String]?
  }

  public let compiled: CompiledTemplate

  public init(_ compiled: CompiledTemplate) { self.compiled = compiled }

  /// A UUID in published files; the name for a template made by `compile`.
  public var id: String { compiled.source.id }
  public var name: String { compiled.source.name }

  /// Compiles a template held in memory.
  ///
  /// - Parameters:
  ///   - jinja: Jinja, in PromptSource's environment `input ||| target`.
  ///   - answerChoices: Jinja that gives the choices, divided by `|||`; in lm-eval, as a Python list.
  ///   - target: Jinja that gives the target, in lm-eval only.
  ///   - name: names the template in errors, and decides with the seed what its random filters draw.
  ///   - fields: what the records have; a name that is neither one of them nor set by the template is then an
  ///     error. nil: names are looked up in each record.
  /// - Throws: everything found wrong at once, with line and column.
  public static func compile(
    _ jinja: String, answerChoices: String? = nil, target: String? = nil, name: String = "template",
    fields: [String]? = nil, environment: TemplateEnvironment = .promptsource,
    limits: RenderLimits = RenderLimits()
  ) throws(Diagnostics) -> Template {
    var source = TemplateSource(
      id: name, name: name, jinja: jinja, answerChoices: answerChoices,
      location: SourceLocation(path: name))
    source.target = target
    let schema = fields.map { Schema(fields: $0) }
    return Template(
      try CompiledTemplate.compile(source, schema: schema, environment: environment, limits: limits))
  }

  /// Compiles every template of a `templates.yaml`, variants and all, in the file's order.
  ///
  /// - Parameters:
  ///   - fields: as for `compile`.
  ///   - environment: nil: the one that the file names, else PromptSource's.
  /// - Throws: everything found wrong with the file or any template, with file, line and column.
  public static func load(
    _ path: String, fields: [String]? = nil, environment: TemplateEnvironment? = nil,
    limits: RenderLimits = RenderLimits()
  ) throws(Diagnostics) -> [Template] {
    let schema = fields.map { Schema(fields: $0) }
    var templates: [Template] = []
    var problems: [Diagnostic] = []
    for source in try TemplateFile.load(path) {
      do throws(Diagnostics) {
        templates.append(
          Template(
            try CompiledTemplate.compile(source, schema: schema, environment: environment, limits: limits)))
      } catch {
        problems += error.list.filter { !problems.contains($0) }
      }
    }
    guard problems.isEmpty else { throw Diagnostics(problems) }
    return templates
  }

  /// Renders a record.
  ///
  /// - Parameter seed: decides with the record and the template's id what random filters draw, as in
  ///   `phrasebook render --seed`.
  public func render(_ record: ValueDictionary, seed: UInt64 = 0) throws(RenderFailure) -> Rendering {
    let id = RecordID(fields: record.keys, values: record.values)
    let key = SeedKey(seed: seed).part(id.high).part(id.low)
    var example = RenderedExample()
    try Renderer(compiled).render(record, key: key, into: &example)
    return Rendering(
      input: example.inputText, targets: example.targetTexts,
      choices: example.hasChoices ? example.choiceTexts : nil)
  }

  /// The compiled program as text, one instruction a line.
  public var listing: String { compiled.listing }
}
