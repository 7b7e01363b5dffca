import Bytes
import Corpora
import Imports
import JSON
import YAML

/// The description of a corpus for a task of lm-evaluation-harness whose data lies in local files.
struct HarnessCorpus {
  private let name: String
  private let data: HarnessData
  /// The files as seen from the description's folder.
  private let files: [(split: String?, paths: [String])]
  private let outline: FileOutline
  private var integers: Set<String> = []

  /// - Throws: when a file is not there or its records cannot be made out; the message names it.
  init(_ task: TemplateImport.Task, _ data: HarnessData) throws {
    name = task.name
    self.data = data
    files = try data.parts.map { part in
      (part.split, try part.files.map { try Self.place(of: $0, besides: data.folder) })
    }
    guard let path = files.first?.paths.first, let file = filesMatching(path).first else {
      throw Diagnostic("no data file is named")
    }
    outline = data.loader == .text ? FileOutline(format: .lines) : try FileOutline(of: file)
  }

  /// A path as the task gives it: from here, as `datasets` takes it, or else from the task's own folder.
  private static func place(of path: String, besides folder: String) throws -> String {
    guard !path.contains("://") else {
      throw Diagnostic("'\(path)' is on the web; download it and name the file in 'data_files'")
    }
    for place in path.hasPrefix("/") ? [path] : [path, "\(folder)/\(path)"]
    where !filesMatching(place).isEmpty { return place }
    throw Diagnostic(
      "the data file '\(path)' is neither here nor beside the task; put it there, or run from its folder")
  }

  /// The names that the templates know: a record's keys, each with its place.
  private var fields: [(name: String, path: String)] {
    if data.loader == .text { return [("text", "line")] }
    if data.loader == .csv, !data.columns.isEmpty { return data.columns.map { ($0, $0) } }
    var taken: Set<String> = []
    return outline.fields.compactMap { field in
      // Values stay whole: templates reach into them.
      var name = field.path
      if name.hasPrefix("/") { name = name.dropFirst().split(separator: "/").first.map(String.init) ?? "" }
      return taken.insert(name).inserted && Self.isIdentifier(name) ? (name, name) : nil
    }
  }

  private static func isIdentifier(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
    return name.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "_")
    }
  }

  private var format: CorpusDescription.Format {
    switch data.loader {
    case .json: outline.format == .json ? .json : .jsonl
    case .csv: .csv
    case .parquet: .parquet
    case .text: .lines
    }
  }

  /// Columns of which all values are integers become such, as `datasets` reads them.
  mutating func decide(_ survey: CorpusSurvey) {
    guard data.loader == .csv else { return }
    for field in survey.fields where field.kinds.count == 1 && field.kinds[0].kind == "string" {
      if field.spellsIntegers, field.empty == 0 { integers.insert(field.name) }
    }
  }

  /// - Parameter locate: how a file's path is written.
  func text(_ locate: (String) -> String) -> String {
    var buffer = ByteBuffer()
    func line(_ key: String, _ value: String) {
      buffer.append("\(key): ")
      YAMLText.append(value, to: &buffer, indent: 0)
      buffer.append(10)
    }
    func append(list: [String]) {
      buffer.append(
        "[" + list.map { text in Self.quoted(text) }.joined(separator: ", ") + "]\n")
    }
    line("name", name)
    line("cluster", name)
    for (split, paths) in files where split == nil {
      buffer.append("source: ")
      append(list: paths.map(locate))
    }
    let splits: [String] = ["train", "validation", "test"].filter { split in
      files.contains { $0.split == split }
    }
    if !splits.isEmpty { buffer.append("splits:\n") }
    for split in splits {
      buffer.append("  \(split): ")
      append(list: files.filter { $0.split == split }.flatMap(\.paths).map(locate))
    }
    line("format", format.rawValue)
    if format == .json {
      let records = data.field.map { "/" + $0 } ?? outline.records
      if outline.isColumns { buffer.append("layout: columns\n") }
      if !records.isEmpty { line("records", records) }
    }
    if let separator = data.separator { buffer.append("separator: \(Self.quoted(separator))\n") }
    if !data.columns.isEmpty {
      buffer.append("columns: ")
      append(list: data.columns)
    }
    buffer.append("fields:\n")
    for (name, path) in fields {
      let path = Self.quoted(path)
      buffer.append("  \(name): ")
      buffer.append(integers.contains(name) ? "{from: \(path), type: integer}\n" : "\(path)\n")
    }
    line("metric", data.isRanked ? "accuracy" : "exact_match")
    return buffer.text
  }

  /// Double quotes of JSON are double quotes of YAML.
  private static func quoted(_ text: String) -> String {
    var buffer = ByteBuffer()
    JSONText.appendString(text, to: &buffer)
    return buffer.text
  }
}

/// The descriptions that an import writes beside its templates: each is tried on its data first.
struct HarnessCorpora {
  private var found: [(path: String, text: String)] = []
  /// Tasks whose data is named but could not be used, and why.
  private(set) var refused: [(task: String, problem: Diagnostic)] = []
  private(set) var written: [String] = []
  /// Descriptions, whether they had to be written or not.
  var count: Int { found.count }

  /// - Parameter folder: gets `<task>/corpus.yaml`.
  /// - Throws: when the environment is at fault.
  init(_ tasks: [TemplateImport.Task], folder: String) throws {
    let trials = try temporaryFolder()
    defer { try? removeTree(trials) }
    for task in tasks {
      guard let data = task.data else { continue }
      let place = "\(folder)/\(task.name)"
      do {
        var corpus = try HarnessCorpus(task, data)
        try corpus.decide(Self.survey(corpus.text(absolutePath), in: trials))
        found.append((place, corpus.text { relativePath(of: $0, from: place) }))
      } catch let problem as Diagnostic where problem.cause != .environment {
        refused.append((task.name, problem))
      } catch let problems as Diagnostics {
        refused.append((task.name, problems.list.first ?? Diagnostic("the data cannot be read")))
      }
    }
  }

  private static func survey(_ text: String, in folder: String) throws -> CorpusSurvey {
    let path = folder + "/corpus.yaml"
    try writeText(text, to: path)
    let description = try CorpusDescription.load(path)
    var survey = CorpusSurvey(description.schema, shown: 0)
    _ = try sample(description) { survey.add($0, nil) }
    return survey
  }

  /// Leaves what is to be written, and is not there yet with the same bytes.
  ///
  /// - Throws: when a description is there, differs and may not be replaced.
  func changed(replacing: Bool) throws -> [(folder: String, text: String)] {
    try found.compactMap { folder, text in
      let path = folder + "/corpus.yaml"
      guard fileExists(path) else { return (folder, text) }
      let old = try MappedFile(path: path).withBytes { String(decoding: $0, as: UTF8.self) }
      if old.utf8.elementsEqual(text.utf8) { return nil }
      guard replacing else {
        throw Diagnostic(
          "'\(path)' is there already and differs; give another folder with '--corpora', or '--replace' to "
            + "replace it")
      }
      return (folder, text)
    }
  }

  mutating func write(_ changed: [(folder: String, text: String)]) throws {
    for (folder, text) in changed {
      try makeFolder(folder)
      try writeText(text, to: folder + "/corpus.yaml")
      written.append(folder + "/corpus.yaml")
    }
  }
}
