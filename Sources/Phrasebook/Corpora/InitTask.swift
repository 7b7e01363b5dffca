import Bytes
import Corpora
import Records
import Templates

/// What to make a task of.
public struct InitOptions: Sendable {
  /// The data file.
  public var path: String
  /// The task's name; nil: made from the file's.
  public var name: String?
  /// The project's folder: `corpora/<name>` and `templates/<name>` are made in it.
  public var output: String
  /// Whether files that are there are replaced.
  public var replacing: Bool

  public init(path: String, name: String? = nil, output: String = ".", replacing: Bool = false) {
    self.path = path
    self.name = name
    self.output = output
    self.replacing = replacing
  }
}

/// Writes a first `corpus.yaml` and three starter templates for a data file, told by its content. Both are read
/// back and tried before they take their place.
///
/// - Throws: when the file cannot be read, its records cannot be made out, or files are there already.
public func initTask(_ options: InitOptions, in session: Session) throws -> CommandResult {
  guard fileExists(options.path), !isFolder(options.path) else {
    throw Diagnostic("the file '\(options.path)' does not exist; name a data file")
  }
  let name = options.name ?? StarterTask.name(of: options.path)
  session.progress.update("init: looking at \(options.path)")
  let outline = try FileOutline(of: options.path)
  let corpusFolder = "\(options.output)/corpora/\(name)"
  let templateFolder = "\(options.output)/templates/\(name)"
  let paths = ["\(corpusFolder)/corpus.yaml", "\(templateFolder)/templates.yaml"]
  if !options.replacing, let taken = paths.first(where: fileExists) {
    throw Diagnostic(
      "'\(taken)' is there already; give another name with '--name', or '--replace' to replace it")
  }
  try makeFolder(corpusFolder)
  let source = relativePath(of: options.path, from: corpusFolder)
  var task = StarterTask(name: name, source: source, outline: outline)
  // The description as it stands tells of what kind the values are, and that decides the rest.
  let trial = corpusFolder + "/corpus.yaml.trial"
  defer { try? removeTree(trial) }
  try writeText(task.corpusText, to: trial)
  var description = try CorpusDescription.load(trial)
  description.onBadRecord = .quarantine
  var survey = CorpusSurvey(description.schema, shown: 0)
  let bad = try sample(description) { survey.add($0, nil) }
  task.decide(survey, bad: bad)
  try writeText(task.corpusText, to: trial)
  let schema = try CorpusDescription.load(trial).schema
  let templates = task.templates
  _ = try CompiledTemplate.compileAll(templates, schema: schema, environment: nil, limits: RenderLimits())
  try makeFolder(templateFolder)
  try writeText(task.corpusText, to: paths[0])
  var buffer = ByteBuffer()
  TemplateFileText.append(dataset: name, subset: nil, environment: nil, templates, to: &buffer)
  try writeText(buffer.text, to: paths[1])
  return StarterReport(task: task, paths: paths, records: survey.count).result
}

/// Reads the first thousands of records.
func sample(_ description: CorpusDescription, _ body: (PackedValues) -> Void) throws -> Int {
  struct Enough: Error {}
  let most = 5000
  var count = 0
  var bad = 0
  var reader = CorpusReader()
  reader.onBadRecord = { _, _ in bad += 1 }
  do {
    try reader.readPacked(description) { values, _, _ in
      guard count < most else { throw Enough() }
      count += 1
      body(values)
    }
  } catch is Enough {}
  return bad
}

func writeText(_ text: String, to path: String) throws {
  var file = try AtomicFile(path: path)
  try file.write(text)
  _ = try file.commit()
}

/// A path as seen from a folder; absolute paths stay so.
func relativePath(of path: String, from folder: String) -> String {
  guard !path.hasPrefix("/") else { return path }
  func parts(_ path: String) -> [Substring] {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    return parts
  }
  let (target, base) = (parts(path), parts(folder))
  guard !folder.hasPrefix("/"), !base.contains("..") else { return absolutePath(path) }
  var common = 0
  while common < min(target.count - 1, base.count), target[common] == base[common] { common += 1 }
  return (base.dropFirst(common).map { _ in ".." } + target.dropFirst(common).map(String.init)).joined(
    separator: "/")
}
