import Bytes
import Corpora
import Records
import Templates

/// What to render.
public struct RenderOptions: Sendable {
  /// A `templates.yaml`.
  public var templates: String
  /// Names or ids; empty: all templates of the file.
  public var names: [String]
  /// A file of JSON lines, one object a record.
  public var records: String?
  /// A task under `corpora`, in place of `records`.
  public var task: String?
  public var corpora: String
  /// `promptsource`, `lm-eval` or `chat`; nil: what the file of templates names, else `promptsource`.
  public var environment: String?
  /// Records at most.
  public var limit: Int?
  /// Decides what the random filters draw.
  public var seed: UInt64
  /// Which keys the lines have, with commas between (`LineKeys`); nil: all, with `targets`.
  public var keys: String?
  /// Bytes that one rendering may put out; nil, as in the next four: `RenderLimits`' own.
  public var outputBytes: Int?
  /// Steps of all loops of one rendering together.
  public var loopIterations: Int?
  /// Macros, recursive loops and nested values inside each other.
  public var recursion: Int?
  /// Items of one `range`.
  public var rangeLength: Int?
  /// Bytes of values that one rendering may hold.
  public var memoryBytes: Int?

  public init(
    templates: String, names: [String] = [], records: String? = nil, task: String? = nil,
    corpora: String = "corpora", environment: String? = nil, limit: Int? = nil, seed: UInt64 = 0
  ) {
    self.templates = templates
    self.names = names
    self.records = records
    self.task = task
    self.corpora = corpora
    self.environment = environment
    self.limit = limit
    self.seed = seed
  }

  var limits: RenderLimits {
    var limits = RenderLimits()
    limits.outputBytes = outputBytes ?? limits.outputBytes
    limits.loopIterations = loopIterations ?? limits.loopIterations
    limits.recursion = recursion ?? limits.recursion
    limits.rangeLength = rangeLength ?? limits.rangeLength
    limits.memoryBytes = memoryBytes ?? limits.memoryBytes
    return limits
  }

  func chosenEnvironment() throws(Diagnostic) -> TemplateEnvironment? {
    guard let environment else { return nil }
    let named = TemplateEnvironment.named
    if let known = named.first(where: { $0.rawValue == environment }) { return known }
    let hint = suggestion(for: environment, among: named.map(\.rawValue))
    throw Diagnostic("unknown environment '\(environment)'\(hint)")
  }

  func chosenKeys() throws(Diagnostic) -> LineKeys {
    guard let keys else { return LineKeys() }
    return try LineKeys(keys)
  }

  /// The templates that `names` chooses, in the order of the file.
  func chosenTemplates() throws -> [TemplateSource] {
    let all = try TemplateFile.load(templates)
    func isNamed(_ source: TemplateSource, _ name: String) -> Bool {
      let known = [source.name, source.id, source.parent?.name, source.parent?.id]
      return known.contains { $0.map { $0.utf8.elementsEqual(name.utf8) } ?? false }
    }
    for name in names where !all.contains(where: { isNamed($0, name) }) {
      throw Diagnostic(
        "'\(templates)' has no template '\(name)'\(suggestion(for: name, among: all.map(\.name)))")
    }
    return names.isEmpty ? all : all.filter { source in names.contains { isNamed(source, $0) } }
  }
}

/// The compiled programs of templates as text, one instruction a line.
public func explainTemplates(_ options: RenderOptions) throws -> String {
  let environment = try options.chosenEnvironment()
  var text = ""
  let sources = try options.chosenTemplates()
  for template in try CompiledTemplate.compileAll(sources, environment: environment, limits: options.limits) {
    text += "\(template.source.name) (\(template.source.id))\n\(template.listing)"
    if !text.hasSuffix("\n") { text += "\n" }
  }
  return text
}

/// Renders every record through every chosen template and gives the JSON lines to `sink`, in order.
///
/// - Parameter sink: is given whole lines, many at a time.
public func renderExamples(
  _ options: RenderOptions, in session: Session, to sink: (UnsafeRawBufferPointer) throws -> Void
) throws {
  let environment = try options.chosenEnvironment()
  let sources = try options.chosenTemplates()
  if let task = options.task {
    try renderTask(task, sources, environment, options, session, sink)
  } else if let records = options.records {
    let templates = try CompiledTemplate.compileAll(
      sources, environment: environment, limits: options.limits)
    try RenderLines.render(
      records, through: LineTemplates(templates, keys: try options.chosenKeys()), seed: options.seed,
      limit: options.limit ?? .max,
      threads: session.threads, to: sink)
  }
}

private func renderTask(
  _ task: String, _ sources: [TemplateSource], _ environment: TemplateEnvironment?, _ options: RenderOptions,
  _ session: Session, _ sink: (UnsafeRawBufferPointer) throws -> Void
) throws {
  let path = "\(options.corpora)/\(task)/corpus.yaml"
  guard fileExists(path) else {
    let known = (try? namesInFolder(options.corpora)) ?? []
    throw Diagnostic("no task '\(task)': '\(path)' does not exist\(suggestion(for: task, among: known))")
  }
  let description = try CorpusDescription.load(path)
  let schema = description.schema
  let templates = try CompiledTemplate.compileAll(
    sources, schema: schema, environment: environment, limits: options.limits)
  let lines = LineTemplates(templates, keys: try options.chosenKeys())
  var batch = RenderBatch(lines, schema, seed: options.seed, threads: session.threads)
  var left = options.limit ?? .max
  struct Enough: Error {}
  do {
    _ = try description.reader().read(description) { record in
      guard left > 0 else { throw Enough() }
      left -= 1
      try batch.add(record, to: sink)
    }
  } catch is Enough {}
  try batch.finish(to: sink)
}
