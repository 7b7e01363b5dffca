import Bytes
import Corpora
import Glibc
import Lint
import YAML

/// A file of templates to look at, with what is known of its task.
struct ValidationSource {
  var path: String
  var task: String
  /// The task's corpus.yaml; nil where there is none.
  var corpus: String?
  /// The recipe through which the file was found.
  var recipe: Recipe?

  /// The corpus' description; nil where there is none.
  func description() throws -> CorpusDescription? { try corpus.map { try CorpusDescription.load($0) } }
}

/// Finds the files of templates that paths mean.
enum ValidationSources {
  static func find(_ options: ValidateOptions) throws -> [ValidationSource] {
    var paths = options.paths
    if paths.isEmpty {
      paths = [fileExists("phrasebook.yaml") ? "phrasebook.yaml" : "templates"]
      guard fileExists(paths[0]) else {
        throw Diagnostic("no 'phrasebook.yaml' and no folder 'templates' here; name what to validate")
      }
    }
    var found: [ValidationSource] = []
    for path in paths {
      for source in try sources(path, options) where !found.contains(where: { $0.path == source.path }) {
        found.append(source)
      }
    }
    return found
  }

  private static func sources(_ path: String, _ options: ValidateOptions) throws -> [ValidationSource] {
    if isFolder(path) {
      let files = try templateFiles(below: path)
      guard !files.isEmpty else {
        throw Diagnostic(
          "no templates.yaml in '\(path)' or below; name a file of templates, a recipe, or a folder with one")
      }
      return files.map { source($0, below: path, options) }
    }
    if try isRecipe(path) { return try ofRecipe(path, options) }
    return [source(path, below: parent(parent(path)), options)]
  }

  /// A recipe says nothing of templates at its top but where they are.
  private static func isRecipe(_ path: String) throws(Diagnostics) -> Bool {
    let text: [UInt8]
    do throws(Diagnostic) {
      let file = try MappedFile(path: path)
      text = file.withBytes { Array($0) }
    } catch {
      throw Diagnostics(error)
    }
    guard let root = try? YAMLDocument.parse(bytes: text, path: path, repeatedKeys: .lastWins) else {
      return false
    }
    if let templates = root.child("templates"), templates.text == nil { return false }
    return root.child("tasks") != nil || root.child("mixture") != nil || root.child("hold_out") != nil
  }

  private static func ofRecipe(_ path: String, _ options: ValidateOptions) throws -> [ValidationSource] {
    let recipe = try Recipe.load(path)
    let names = try recipe.tasks?.map(\.name) ?? namesInFolder(recipe.templates)
    return try names.compactMap { name in
      let file = "\(recipe.templates)/\(name)/templates.yaml"
      guard fileExists(file) else {
        guard recipe.tasks != nil else { return nil }
        throw Diagnostic(
          "no task '\(name)': '\(file)' does not exist", at: SourceLocation(path: path))
      }
      let corpus = "\(options.corpora ?? recipe.corpora)/\(name)/corpus.yaml"
      return ValidationSource(
        path: file, task: name, corpus: fileExists(corpus) ? corpus : nil, recipe: recipe)
    }
  }

  private static func source(
    _ file: String, below root: String, _ options: ValidateOptions
  ) -> ValidationSource {
    let folder = parent(file)
    let prefix = root.hasSuffix("/") ? root : root + "/"
    let task = folder.hasPrefix(prefix) ? String(folder.dropFirst(prefix.count)) : lastPart(folder)
    let corpora = options.corpora ?? joined(parent(parent(folder)), "corpora")
    let corpus = "\(corpora)/\(lastPart(folder))/corpus.yaml"
    return ValidationSource(path: file, task: task, corpus: fileExists(corpus) ? corpus : nil)
  }

  /// Every templates.yaml below a folder, in the order of the paths; links to folders are not followed.
  private static func templateFiles(below folder: String) throws(Diagnostic) -> [String] {
    var found: [String] = []
    var open = [folder]
    while let folder = open.popLast() {
      var folders: [String] = []
      for name in try namesInFolder(folder) {
        let path = joined(folder, name)
        if name == "templates.yaml" {
          found.append(path)
        } else if !name.hasPrefix("."), isFolder(path), !isLink(path) {
          folders.append(path)
        }
      }
      open += folders.reversed()
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func joined(_ folder: String, _ name: String) -> String {
    folder == "." ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  private static func parent(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path == "." ? ".." : "." }
    return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
  }

  private static func lastPart(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }
}
