import Bytes
import Corpora
import Metrics
import Mixtures
import Records
import Templates
import YAML

/// Turns the tasks that a recipe names into what a mixture is made of: records in stores, templates compiled
/// against their fields.
struct TaskIntake {
  let recipe: Recipe
  /// A folder for the record stores, which live as long as the build.
  let workFolder: String
  /// Where bad records are written, a file a task.
  let quarantineFolder: String
  let session: Session
  /// What progress is told of.
  var stage = "build"
  /// Where the records were prepared; nil: the corpora are read.
  var prepared: PreparedFolder?

  /// A folder that `prepareRecords` wrote.
  struct PreparedFolder {
    var path: String
    /// Whether all of it is held against its hashes first.
    var isThorough: Bool
  }

  /// All tasks of the recipe, in its order.
  ///
  /// - Throws: what is wrong with any task's description or templates, all of it at once, before any data
  ///   is read.
  func tasks() throws -> [MixtureTask] { try checked(choices()).map(ingest) }

  /// Reads the tasks of one part of a preparation, or finds them done.
  ///
  /// - Throws: as `tasks`.
  func prepare(_ options: PrepareOptions) throws -> [PreparationOutcome] {
    let all = try choices()
    let own = all.indices.filter { $0 % options.shards == options.shard ?? $0 % options.shards }
    return try checked(own.map { all[$0] }).map { task in
      let name = task.description.name
      let origin = try origin(of: task)
      if options.resume, let kept = try? PreparedTask(reading: name, in: workFolder),
        try isCurrent(kept, task, origin)
      {
        return PreparationOutcome(
          name: name, records: kept.records, quarantined: kept.quarantined, isKept: true)
      }
      // A note stands for finished work: it goes first and comes last.
      try removeTree(PreparedTask.notePath(name, in: workFolder))
      let read = try read(task)
      let done = try PreparedTask(
        name, read.store, origin, inputs: read.inputs, quarantined: read.quarantined, in: workFolder,
        threads: session.threads)
      return PreparationOutcome(
        name: name, records: done.records, quarantined: done.quarantined, isKept: false)
    }
  }

  private func origin(of task: Prepared) throws -> PreparedTask.Origin {
    PreparedTask.Origin(
      description: try hashOfFile(at: task.descriptionPath), seed: recipe.seed,
      splits: recipe.mixtureSettings(BuildOptions()).splits)
  }

  /// Whether an earlier preparation is what this one would make.
  private func isCurrent(
    _ kept: PreparedTask, _ task: Prepared, _ origin: PreparedTask.Origin
  ) throws -> Bool {
    guard kept.difference(from: origin) == nil else { return false }
    for input in kept.inputs {
      let path = input.path.hasPrefix("/") ? input.path : recipe.folder + "/" + input.path
      // What is no file here was fetched, or asked of a database: as it was then.
      if fileExists(path), try hashOfFile(at: path) != input.sha256 { return false }
    }
    let opened = try? kept.open(
      task.description.name, schema: task.description.schema, in: workFolder, isThorough: true)
    return opened != nil
  }

  private func checked(_ choices: [Recipe.TaskChoice]) throws -> [Prepared] {
    let problems = ProblemList()
    var prepared: [Prepared] = []
    for choice in choices {
      do throws(Diagnostics) { prepared.append(try prepare(choice)) } catch { problems.add(error) }
    }
    try problems.throwIfAny()
    return prepared
  }

  /// A task whose files are read and checked, but not its data.
  private struct Prepared {
    var choice: Recipe.TaskChoice
    var description: CorpusDescription
    var descriptionPath: String
    var reader: CorpusReader
    var templates: [CompiledTemplate]
    var templatesPath: String
  }

  /// The recipe's tasks, or every folder with a corpus and templates.
  private func choices() throws -> [Recipe.TaskChoice] {
    let known = try available()
    guard let chosen = recipe.tasks else {
      guard !known.isEmpty else {
        throw Diagnostic(
          "no task in '\(recipe.corpora)' and '\(recipe.templates)': a task has a corpus.yaml in a folder of "
            + "the one and a templates.yaml in a folder of the same name in the other")
      }
      return known.map { Recipe.TaskChoice(name: $0) }
    }
    for choice in chosen where !known.contains(choice.name) {
      throw Diagnostic(
        "no task '\(choice.name)': it needs '\(corpusPath(choice.name))' and '\(templatesPath(choice.name))'"
          + suggestion(for: choice.name, among: known), at: SourceLocation(path: recipe.path))
    }
    return chosen
  }

  private func available() throws(Diagnostic) -> [String] {
    try namesInFolder(recipe.corpora).filter {
      fileExists(corpusPath($0)) && fileExists(templatesPath($0))
    }
  }

  private func corpusPath(_ task: String) -> String { "\(recipe.corpora)/\(task)/corpus.yaml" }
  private func templatesPath(_ task: String) -> String { "\(recipe.templates)/\(task)/templates.yaml" }

  private func prepare(_ choice: Recipe.TaskChoice) throws(Diagnostics) -> Prepared {
    let path = corpusPath(choice.name)
    let problems = ProblemList()
    let description = try gather { try CorpusDescription.load(path) }
    let reader = try gather { try description.reader() }
    if description.name != choice.name {
      problems.add(
        Diagnostic(
          "the corpus is named '\(description.name)' but stands in the folder '\(choice.name)'; "
            + "give both one name", at: SourceLocation(path: path)))
    }
    var compiled: [CompiledTemplate] = []
    for source in try gather({ try TemplateFile.load(templatesPath(choice.name)) }) {
      do throws(Diagnostics) {
        let template = try CompiledTemplate.compile(source, schema: description.schema)
        if let problem = missingTarget(template) { problems.add(problem) }
        compiled.append(template)
      } catch {
        problems.add(error)
      }
    }
    try problems.throwIfAny()
    return Prepared(
      choice: choice, description: description, descriptionPath: path, reader: reader, templates: compiled,
      templatesPath: templatesPath(choice.name))
  }

  /// Outside PromptSource's environment the target is a key of its own, and training needs one.
  private func missingTarget(_ template: CompiledTemplate) -> Diagnostic? {
    guard template.environment != .promptsource, template.source.target == nil else { return nil }
    let hint =
      template.environment == .lmEval
      ? "add the key 'target'" : "a mixture takes templates of the environments promptsource and lm-eval"
    return Diagnostic(
      "the template '\(template.source.name)' has no target; \(hint)", at: template.source.location)
  }

  /// What a task's corpus gave.
  private struct ReadRecords {
    var store: RecordStore
    var parts: RecordParts?
    var quarantined: Int
    /// The data files.
    var inputs: [InputFile]
  }

  private func ingest(_ task: Prepared) throws -> MixtureTask {
    let description = task.description
    let records = try prepared.map { try reuse(task, $0) } ?? read(task)
    let inputs = try [task.descriptionPath, task.templatesPath].map(named)
    var made = MixtureTask(
      name: description.name, cluster: description.cluster, metric: description.metric.rawValue,
      store: records.store, templates: task.templates, scale: task.choice.scale,
      languages: description.language.map { [$0] } ?? [], licence: description.licence,
      citation: description.citation, quarantined: records.quarantined, inputs: inputs + records.inputs)
    made.parts = records.parts
    return made
  }

  /// The records that were prepared, if they are those that the recipe asks for.
  private func reuse(_ task: Prepared, _ folder: PreparedFolder) throws -> ReadRecords {
    let name = task.description.name
    guard let found = try PreparedTask(reading: name, in: folder.path) else {
      throw Diagnostic(
        "task '\(name)' is not prepared in '\(folder.path)'; run 'phrasebook prepare' for all its shards")
    }
    if let key = found.difference(from: try origin(of: task)) {
      let what =
        key == "description" ? "'\(relative(task.descriptionPath))' has changed" : "'\(key)' is another"
      throw Diagnostic(
        "the records of task '\(name)' in '\(folder.path)' were prepared for another recipe: \(what); run "
          + "'phrasebook prepare' again")
    }
    let opened = try found.open(
      name, schema: task.description.schema, in: folder.path, isThorough: folder.isThorough)
    return ReadRecords(
      store: opened.store, parts: opened.parts, quarantined: found.quarantined, inputs: found.inputs)
  }

  private func read(_ task: Prepared) throws -> ReadRecords {
    let description = task.description
    session.progress.update("\(stage): reading \(description.name)")
    var store = try RecordStoreWriter(
      path: PreparedTask.recordsPath(description.name, in: workFolder), schema: description.schema)
    let summary = try task.reader.readPacked(
      description, quarantine: "\(quarantineFolder)/\(description.name).jsonl"
    ) { values, split, group in try store.append(values, split: split, group: group) }
    let records = try store.finish()
    session.progress.detail(
      "\(stage): \(description.name): \(summary.records) records, \(summary.skipped) skipped, "
        + "\(summary.filtered) filtered, \(summary.duplicates) duplicates, \(summary.beyondLimit) beyond the limit, "
        + "\(summary.quarantined) quarantined")
    if summary.quarantined > 0 {
      session.progress.warning("\(description.name): \(summary.quarantined) bad records are in quarantine")
    }
    if summary.repeatedKeys > 0, let first = summary.firstRepeatedKey {
      session.progress.warning(
        "\(description.name): \(summary.repeatedKeys) records hold a key twice, of which the last value counts; "
          + "the first: \(first)")
    }
    // A data file is named from the folder of the recipe, like everything else in the manifest.
    let inputs = summary.inputs.map { input in
      let isNamedWhole =
        input.path.hasPrefix("/") || input.path.contains("://") || input.path.hasPrefix("duckdb: ")
      let path = isNamedWhole ? input.path : "\(description.folder)/\(input.path)"
      return InputFile(path: relative(path), sha256: input.sha256)
    }
    return ReadRecords(store: records, quarantined: summary.quarantined, inputs: inputs)
  }

  private func named(_ path: String) throws -> InputFile {
    InputFile(path: relative(path), sha256: try hashOfFile(at: path))
  }

  /// A path as seen from the recipe's folder, where it lies inside.
  private func relative(_ path: String) -> String {
    let prefix = recipe.folder + "/"
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
  }

  /// Runs a throwing step and makes whatever it throws a list.
  private func gather<Result>(_ body: () throws -> Result) throws(Diagnostics) -> Result {
    do {
      return try body()
    } catch let problems as Diagnostics {
      throw problems
    } catch let problem as Diagnostic {
      throw Diagnostics(problem)
    } catch {
      throw Diagnostics(Diagnostic("\(error)"))
    }
  }
}
