import Bytes
import Glibc

/// What is mutated.
enum FuzzKind: String, CaseIterable, Sendable {
  /// The text of a template, its choices and its record.
  case templates
  /// `templates.yaml`, `corpus.yaml` and recipes.
  case yaml
  /// Records as JSON lines, and the files of corpora in all formats.
  case records
  /// GGUF and safetensors files, `config.json` and tokenizers.
  case models
}

/// One input of the library: texts under the names that the checks look for.
struct FuzzCase: Sendable {
  private(set) var parts: [(name: String, bytes: [UInt8])] = []

  init(_ parts: [(String, [UInt8])] = []) { self.parts = parts.map { (name: $0.0, bytes: $0.1) } }

  subscript(name: String) -> [UInt8]? {
    get { parts.first { $0.name == name }?.bytes }
    set {
      parts.removeAll { $0.name == name }
      if let newValue { parts.append((name, newValue)) }
    }
  }

  func text(_ name: String) -> String? { self[name].map { String(decoding: $0, as: UTF8.self) } }

  /// The names of all parts that a case can have.
  static let names =
    [
      "template.jinja", "choices.jinja", "record.json", "records.jsonl", "templates.yaml", "corpus.yaml",
      "data", "recipe.yaml", "limits", "model.gguf",
    ] + SmallModel.names

  func write(to folder: String) throws {
    try makeFolder(folder)
    for part in parts { try writeFile(folder + "/" + part.name, part.bytes) }
  }

  static func read(from folder: String) throws -> FuzzCase {
    var read = FuzzCase()
    for name in names where fileExists(folder + "/" + name) {
      read[name] = try MappedFile(path: folder + "/" + name).withBytes { Array($0) }
    }
    guard !read.parts.isEmpty else { throw Diagnostic("no parts of a case in '\(folder)'") }
    return read
  }
}

func writeFile(_ path: String, _ bytes: [UInt8]) throws {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw Diagnostic.system("write", path, errno: errno) }
  defer { close(descriptor) }
  let code = bytes.withUnsafeBytes { writeAll(descriptor, $0) }
  guard code == 0 else { throw Diagnostic.system("write", path, errno: code) }
}
