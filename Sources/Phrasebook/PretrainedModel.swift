import Bytes
import Glibc

/// Finds pretrained models by path or by a name of their own, which may have to be fetched.
enum PretrainedModel {
  /// Names besides paths.
  static let names = ["smollm2"]

  /// What came of looking for a model.
  enum Finding {
    /// The path of a GGUF file or a folder in Hugging Face's layout.
    case found(String)
    /// Why it is not to be had here, and what could be done.
    case missing(reason: String, advice: String)
  }

  /// What Hugging Face's hub calls a model with a name of its own.
  static func hubName(_ name: String) -> String? {
    name == names[0] ? "HuggingFaceTB/SmolLM2-135M-Instruct" : nil
  }

  /// Looks for a model and fetches it if it has a name of its own.
  ///
  /// - Throws: a `Diagnostic` for what is neither a path nor a name, and for a full disk.
  static func find(_ name: String, in session: Session) throws -> Finding {
    if fileExists(name) { return .found(name) }
    if name == names[0] { return try PackagedModel.smolLM2.find(in: session) }
    let reason = "no model '\(name)': there is no such file or folder\(suggestion(for: name, among: names))"
    let advice =
      "expected a GGUF file, a folder with config.json, tokenizer.json and safetensors, or \(names[0])"
    // What cannot be a path is a slip of the pen, not something that another machine would have.
    guard name.utf8.contains(UInt8(ascii: "/")) || name.hasSuffix(".gguf") else {
      throw Diagnostic("\(reason); \(advice)")
    }
    return .missing(reason: reason, advice: advice)
  }

  /// The path of a GGUF file or a folder in Hugging Face's layout.
  ///
  /// - Throws: a `Diagnostic` for what cannot be had.
  static func path(_ name: String, in session: Session) throws -> String {
    switch try find(name, in: session) {
    case .found(let path): return path
    case .missing(let reason, let advice):
      throw error(name, reason, advice)
    }
  }

  static func error(_ name: String, _ reason: String, _ advice: String) -> Diagnostic {
    Diagnostic("\(reason); \(advice)", cause: names.contains(name) ? .environment : .input)
  }
}
