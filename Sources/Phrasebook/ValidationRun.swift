import Bytes
import Corpora
import Dispatch
import Diversity
import Lint
import Mixtures
import Records
import Synchronization
import Templates
import YAML

/// One run of the rules over files of templates.
struct ValidationRun {
  private let sources: [ValidationSource]
  private let options: ValidateOptions
  private let session: Session
  private var tasks: [ReadTask] = []
  private var fixed = 0

  /// A file of templates with what was found in it.
  private struct ReadTask: Sendable {
    var task: LintedTask
    var findings: [Finding]
    var isHeldOut: [Bool]?
    var hasSample: Bool
    var hasHoldOut: Bool
  }

  init(_ sources: [ValidationSource], _ options: ValidateOptions, _ session: Session) {
    self.sources = sources
    self.options = options
    self.session = session
  }

  /// Reads all files and asks the rules.
  mutating func read() throws {
    let tokenizer = try TokenCount(options, session)
    let results = Mutex<[Int: Result<ReadTask, any Error>]>([:])
    let (sources, options, session) = (self.sources, self.options, self.session)
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(session.threads, sources.count)) { _ in
      while true {
        let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard place < sources.count else { return }
        let result = Result<ReadTask, any Error> {
          try Self.read(sources[place], options, session, tokenizer)
        }
        results.withLock { $0[place] = result }
      }
    }
    tasks = []
    for place in sources.indices {
      if let result = results.withLock({ $0[place] }) { tasks.append(try result.get()) }
    }
  }

  private static func read(
    _ source: ValidationSource, _ options: ValidateOptions, _ session: Session, _ tokenizer: TokenCount?
  ) throws -> ReadTask {
    let description = try source.description()
    let facts = try description.map { try CorpusFacts($0) }
    let task = try LintedTask.load(source.path, name: source.task, corpus: facts)
    var sample: TaskSample?
    if let description, options.records > 0 {
      do {
        sample = try RecordSample(options.records, tokenizer).render(description, task)
      } catch {
        session.progress.warning(
          "\(source.task): its records cannot be read, and rules about them are not asked: \(error)")
      }
    }
    var linter = Linter()
    linter.limits = LengthLimits(characters: options.characters, tokens: options.tokens)
    var findings = linter.findings(in: task, sample: sample)
    var isHeldOut: [Bool]?
    if let recipe = source.recipe, !task.templates.isEmpty {
      isHeldOut = try heldOut(task, recipe, cluster: description?.cluster)
      if let isHeldOut {
        findings += linter.straddling(
          task, isHeldOut: isHeldOut, similarity: TemplateFamilies.defaultSimilarity)
      }
    }
    return ReadTask(
      task: task, findings: findings, isHeldOut: isHeldOut, hasSample: sample != nil,
      hasHoldOut: source.recipe != nil)
  }

  /// Which templates a build of the recipe would hold out.
  private static func heldOut(
    _ task: LintedTask, _ recipe: Recipe, cluster: String?
  ) throws(Diagnostic) -> [Bool]? {
    let sources = task.templates.map(\.source)
    let settings = recipe.mixtureSettings(BuildOptions()).holdOut
    if let cluster, settings.clusters.contains(cluster) { return sources.map { _ in true } }
    if settings.tasks.contains(task.name) { return sources.map { _ in true } }
    return try settings.isHeldOut(
      sources, families: settings.families(of: sources, task.similarities), task: task.name,
      key: SeedParts(seed: recipe.seed).holdOut(task: task.name))
  }

  /// Mends what can be mended.
  ///
  /// - Returns: whether any file was changed.
  mutating func fix() throws -> Bool {
    for task in tasks {
      guard let document = task.task.document else { continue }
      let (kept, _) = try allowing(task.findings, path: task.task.path, task)
      guard let (bytes, count) = try Fixes.apply(kept, to: document) else { continue }
      let backup = try keep(document.fileBytes, of: task.task.path)
      try write(bytes, to: task.task.path)
      fixed += count
      session.progress.note("validate: \(count) fixed in \(task.task.path), what it was is in \(backup)")
    }
    return fixed > 0
  }

  /// Keeps a file's bytes beside it, under the first name that is free.
  private func keep(_ bytes: [UInt8], of path: String) throws -> String {
    var name = path + ".backup"
    var number = 2
    while fileExists(name) {
      name = "\(path).backup-\(number)"
      number += 1
    }
    try write(bytes, to: name)
    return name
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    var file = try AtomicFile(path: path)
    try bytes.withUnsafeBytes { try file.write($0) }
    _ = try file.commit()
  }

  /// Everything found, without what comments allow.
  func report() throws -> FindingReport {
    var report = FindingReport(
      files: tasks.count, templates: tasks.reduce(0) { $0 + $1.task.templates.count }, fixed: fixed)
    for task in tasks {
      var paths = [task.task.path]
      for finding in task.findings where !paths.contains(finding.path) { paths.append(finding.path) }
      for path in paths {
        let own = task.findings.filter { $0.path == path }
        let (kept, allowed) = try allowing(own, path: path, task)
        report.findings += kept
        report.allowed += allowed
      }
    }
    var all = FindingList()
    all.add(report.findings)
    report.findings = all.sorted
    return report
  }

  private func allowing(
    _ findings: [Finding], path: String, _ task: ReadTask
  ) throws -> (kept: [Finding], allowed: [(finding: Finding, reason: String)]) {
    let isTemplates = path == task.task.path
    let file = try MappedFile(path: path)
    let comments = Suppressions(
      path, file.withBytes { Array($0) }, document: isTemplates ? task.task.document : nil,
      entries: isTemplates ? task.task.entryLines : [])
    let checked = Linter.checkedCodes(
      hasCorpus: task.task.corpus != nil, hasSample: task.hasSample, hasHoldOut: task.hasHoldOut)
    return comments.apply(to: findings.filter { $0.path == path }, checked: checked)
  }

  /// The tasks as diversity looks at them.
  var templateSets: [TemplateSet] {
    tasks.filter { !$0.task.templates.isEmpty }.map { task in
      TemplateSet(
        name: task.task.name, sources: task.task.templates.map(\.source),
        similarities: task.task.similarities, isHeldOut: task.isHeldOut)
    }
  }
}

extension CorpusFacts {
  /// What a description says, with the places of its fields.
  init(_ description: CorpusDescription) throws(Diagnostics) {
    let document = try YAMLDocument.load(path: description.path)
    var places: [(key: YAMLNode, value: YAMLNode)] = []
    if let fields = document.child("fields"), case .mapping(let pairs) = fields.kind { places = pairs }
    self.init(
      fields: description.schema.fields.map { name in
        Field(name: name, node: places.first { $0.key.text == name }?.key)
      }, ownFields: description.group + description.dedupe,
      languages: description.language.map { [$0] } ?? [])
  }
}
