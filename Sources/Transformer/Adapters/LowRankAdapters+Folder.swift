package import Bytes
import JSON
import Records

/// Adapters as PEFT keeps them (huggingface.co/docs/peft, checkpoint format): `adapter_config.json` and
/// `adapter_model.safetensors`.
extension LowRankAdapters {
  /// The folder's name inside that of a model.
  package static let folderName = "adapter"
  private static let settingsFile = "adapter_config.json"
  private static let weightsFile = "adapter_model.safetensors"
  private static let prefix = "base_model.model."

  /// Writes the folder; each file whole or not at all.
  ///
  /// - Parameter base: what the model that they belong to is called, or where it is.
  /// - Returns: the files with their hashes.
  @discardableResult
  package func save(
    _ folder: String, base: String
  ) throws(Diagnostic) -> [(name: String, file: AtomicFile.Summary)] {
    try makeFolder(folder)
    let modules = settings.targets.map { target in
      Value.string(String(target.module.split(separator: ".").last ?? ""))
    }
    let value = Value.dictionary(
      ValueDictionary([
        ("peft_type", .string("LORA")), ("task_type", .string("CAUSAL_LM")),
        ("base_model_name_or_path", .string(base)), ("r", .integer(Int64(settings.rank))),
        ("lora_alpha", .number(settings.alpha)), ("lora_dropout", .number(0)),
        ("target_modules", .list(modules)), ("bias", .string("none")), ("fan_in_fan_out", .boolean(false)),
        ("inference_mode", .boolean(true)),
      ]))
    var file = try AtomicFile(path: folder + "/" + Self.settingsFile)
    try file.write(JSONText.document(value))
    let written = try file.commit()
    return [
      (Self.settingsFile, written),
      (
        Self.weightsFile,
        try Safetensors.write(
          tensors(prefix: Self.prefix), metadata: [("format", "pt")], to: folder + "/" + Self.weightsFile)
      ),
    ]
  }

  /// Reads the matrices that `save` wrote.
  package func read(_ folder: String) throws(Diagnostic) {
    try read(try Safetensors(path: folder + "/" + Self.weightsFile), prefix: Self.prefix)
  }
}
