import Bytes
import JSON
import Records
import Transformer

/// What a model is written as.
public enum ModelFormat: String, Sendable, Hashable, CaseIterable {
  /// One file for llama.cpp, matrices in half precision.
  case ggufF16 = "gguf-f16"
  /// One file for llama.cpp, matrices in blocks of 8-bit numbers.
  case ggufQ8 = "gguf-q8_0"
  /// A folder for transformers, in 32-bit floats.
  case huggingFace = "huggingface"
}

/// Writes a model in another layout.
///
/// - Parameters:
///   - model: a folder in Hugging Face's layout, a GGUF file, or a pretrained model's name.
///   - output: the file or folder to write; replaced where it is there.
@discardableResult
public func convertModel(
  _ model: String, to format: ModelFormat, output: String, in session: Session
) throws -> CommandResult {
  let path = try PretrainedModel.path(model, in: session)
  let loaded = try LanguageModel.load(path)
  var files: [(name: String, file: AtomicFile.Summary)] = []
  switch format {
  case .huggingFace: files = try loaded.save(output)
  case .ggufF16, .ggufQ8:
    guard !isFolder(output) else {
      throw Diagnostic("'\(output)' is a folder; name the file to write with --output")
    }
    if let slash = output.utf8.lastIndex(of: UInt8(ascii: "/")), slash > output.utf8.startIndex {
      try makeFolder(String(output[..<slash]))
    }
    let name = model.split(separator: "/").last.map(String.init) ?? model
    let written = try loaded.writeGGUF(
      to: output, format: format == .ggufF16 ? .f16 : .q8Symmetric, name: name)
    files = [(name: output.split(separator: "/").last.map(String.init) ?? output, file: written)]
  }
  let bytes = files.reduce(0) { $0 + $1.file.bytes }
  session.progress.note("convert: \(loaded.configuration.parameters) parameters")
  let items = files.map { file in
    Value.dictionary(
      ValueDictionary([
        ("path", .string(file.name)), ("bytes", .integer(Int64(file.file.bytes))),
        ("sha256", .string(file.file.sha256)),
      ]))
  }
  return CommandResult(json: JSONText.document(.dictionary(ValueDictionary([("files", .list(items))])))) {
    _, _ in "\(format.rawValue): \(output) (\(bytes) bytes)\n"
  }
}
