public import Bytes
import JSON

extension Tokenizer {
  /// Reads the tokenizer of a model: a GGUF file, a folder with a `tokenizer.json`, or that file itself.
  public static func load(_ path: String) throws(Diagnostic) -> Tokenizer {
    if isFolder(path) { return try Tokenizer(path: path + "/tokenizer.json") }
    return path.hasSuffix(".gguf") ? try Tokenizer(GGUFFile(path: path)) : try Tokenizer(path: path)
  }
}

/// What a model says of how to put a conversation into words.
public enum ChatTemplate {
  /// The Jinja text: of a GGUF file's metadata, of a folder's `chat_template.jinja` or `tokenizer_config.json`, or
  /// of a file that is one itself.
  ///
  /// - Throws: where the model has none.
  public static func load(_ path: String) throws(Diagnostic) -> String {
    func missing(_ place: String) -> Diagnostic {
      Diagnostic("no chat template in '\(place)'; name a model that has one, or a file of Jinja")
    }
    func text(_ path: String) throws(Diagnostic) -> String {
      try MappedFile(path: path).withBytes { String(decoding: $0, as: UTF8.self) }
    }
    if isFolder(path) {
      if fileExists(path + "/chat_template.jinja") { return try text(path + "/chat_template.jinja") }
      let configuration = path + "/tokenizer_config.json"
      guard fileExists(configuration) else { throw missing(path) }
      let root = try JSONNode.read(configuration, advice: "name a file of Jinja")
      guard let template = try root.optional("chat_template") else { throw missing(configuration) }
      return try template.text()
    }
    guard path.hasSuffix(".gguf") else { return try text(path) }
    guard let template = try GGUFFile(path: path).text("tokenizer.chat_template") else { throw missing(path) }
    return template
  }
}
