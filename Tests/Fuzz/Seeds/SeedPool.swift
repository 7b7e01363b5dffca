import Bytes
import Corpora
import Glibc
import JSON
import Records
import Templates

/// The texts that cases begin with.
struct SeedPool: Sendable {
  struct Template: Sendable {
    var jinja: String
    var choices: String?
    var record: String
  }

  struct Corpus: Sendable {
    var description: String
    var data: String
  }

  var templates: [Template] = []
  var templateFiles: [String] = BuiltInFiles.templates
  var recipes: [String] = BuiltInFiles.recipes
  var corpora = BuiltInFiles.corpora.map { Corpus(description: $0.description, data: $0.data) }
  var records: [String] = BuiltInFiles.records
  var models: [SmallModel.Files] = []

  /// Our own seeds, those of a repository, and the conformance vectors beside it if there are any.
  static func collect(root: String) throws -> SeedPool {
    var pool = SeedPool()
    for jinja in BuiltInTemplates.statements + BuiltInTemplates.words {
      pool.templates.append(
        Template(jinja: jinja, choices: BuiltInTemplates.choices[0], record: BuiltInTemplates.record))
    }
    for choices in BuiltInTemplates.choices {
      pool.templates.append(
        Template(
          jinja: BuiltInTemplates.statements[0], choices: choices, record: BuiltInTemplates.record))
    }
    try pool.addTasks(root)
    var name = Array("/tmp/phrasebook-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw Diagnostic.system("make", "/tmp", errno: errno) }
    let folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? removeTree(folder) }
    pool.models = try SmallModel.files(in: folder)
    let shared = getenv("PHRASEBOOK_SHARED").map { String(cString: $0) } ?? root + "/../shared"
    if fileExists(shared + "/vectors") { try pool.addVectors(shared + "/vectors") }
    return pool
  }

  private mutating func addTasks(_ root: String) throws {
    if fileExists(root + "/phrasebook.yaml") { recipes.append(try Self.text(root + "/phrasebook.yaml")) }
    for task in (try? namesInFolder(root + "/corpora")) ?? [] {
      let (corpus, templates) = (
        "\(root)/corpora/\(task)/corpus.yaml", "\(root)/templates/\(task)/templates.yaml"
      )
      guard fileExists(corpus), fileExists(templates) else { continue }
      try addCorpus(corpus)
      for source in try TemplateFile.load(templates) {
        self.templates.append(
          Template(
            jinja: source.jinja, choices: source.answerChoices,
            record: BuiltInTemplates.record))
      }
      templateFiles.append(Self.start(of: try Self.text(templates), 2400))
    }
  }

  /// A description with the beginning of its data in a file of our own.
  private mutating func addCorpus(_ path: String) throws {
    let corpus = try CorpusDescription.load(path)
    guard let source = corpus.sources.first, !source.path.hasPrefix("/"), !source.path.contains("://"),
      corpus.sources.count == 1
    else {
      return
    }
    let description = try Self.text(path).replacing("path: \(source.path)", with: "path: data")
    var data = Self.start(of: try Self.text(corpus.folder + "/" + source.path), 1500)
    if corpus.format == .xml { data += "</entailment-corpus>\n" }
    corpora.append(Corpus(description: description, data: data))
  }

  /// Every few of the vectors, so that a child starts at once.
  private mutating func addVectors(_ folder: String) throws {
    let parser = try JSONParser()
    for name in try namesInFolder(folder) where name.hasSuffix(".jsonl") {
      let stride = name.hasPrefix("language") ? 1 : name.hasPrefix("chat") ? 7 : 15
      try JSONLines.read(folder + "/" + name) { line, number in
        guard number % stride == 0, line.count < 24_000,
          case .dictionary(let vector) = try parser.parse(line, path: name, line: number),
          case .string(let jinja)? = vector["template"], let record = vector["record"]
        else { return }
        var choices: String?
        if case .string(let text)? = vector["answer_choices"] { choices = text }
        let text = JSONText.line(record)
        templates.append(Template(jinja: jinja, choices: choices, record: text))
        if number % (stride * 4) == 0 { records.append(text) }
      }
    }
  }

  static func text(_ path: String) throws -> String {
    try MappedFile(path: path).withBytes { String(decoding: $0, as: UTF8.self) }
  }

  /// The first lines of a text, at most so many bytes.
  private static func start(of text: String, _ most: Int) -> String {
    guard text.utf8.count > most, let end = text.utf8.prefix(most).lastIndex(of: 10) else { return text }
    return String(text[...end])
  }
}

extension String {
  /// The text with every occurrence of a part replaced.
  func replacing(_ part: String, with new: String) -> String {
    var (rest, out) = (Substring(self), "")
    while let found = rest.utf8.firstRange(of: part.utf8) {
      out += rest[..<found.lowerBound] + new
      rest = rest[found.upperBound...]
    }
    return out + rest
  }
}
