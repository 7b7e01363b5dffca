internal import Bytes

/// Which model the figures belong to.
public struct ModelIdentity: Sendable, Hashable {
  /// A file that decides the model's answers.
  public struct File: Sendable, Hashable {
    /// Relative to the model's folder.
    public var path: String
    public var sha256: String
  }

  /// A path or name for people; it goes into `results.json`, so it should not differ between machines.
  public var name: String
  /// Empty where there is none to be had (a server).
  public var files: [File]
  /// What the model computes with; nil where nobody knows (a server).
  public var precision: String?

  public init(name: String, files: [File] = []) {
    self.name = name
    self.files = files
  }

  /// The identity of a model: the hashes of its description, tokenizer and weights.
  ///
  /// - Parameters:
  ///   - folder: a folder in Hugging Face's layout or a single file.
  ///   - name: what results call the model.
  public init(path folder: String, name: String) throws {
    self.name = name
    files = []
    guard isFolder(folder) else {
      let last = folder.split(separator: "/").last.map(String.init) ?? folder
      files = [File(path: last, sha256: try hashOfFile(at: folder))]
      return
    }
    for path in try namesInFolder(folder) where Self.decidesAnswers(path) {
      files.append(File(path: path, sha256: try hashOfFile(at: folder + "/" + path)))
    }
  }

  private static func decidesAnswers(_ path: String) -> Bool {
    path.hasSuffix(".safetensors") || path.hasSuffix(".gguf") || path == "config.json"
      || path == "tokenizer.json" || path == "prompt.json"
  }
}
