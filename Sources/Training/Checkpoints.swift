import Bytes
import Glibc
import JSON
import Records
import Transformer

/// The states of a training, kept in `checkpoints/` beside the model to be: the last ones, from which it can go
/// on, and the model with the lowest loss on the validation examples. Each is a folder that appears whole or not
/// at all, with the hashes of its files.
struct Checkpoints {
  /// The model's folder.
  let folder: String
  /// What the states belong to: configuration and examples.
  let fingerprint: String
  /// How many of the last are kept.
  let kept: Int

  static let folderName = "checkpoints"
  static let bestName = "best"
  static let stateFile = "checkpoint.json"
  /// What is trained, and its moments.
  private static let parametersFile = "parameters.safetensors"
  private static let prefix = "step-"
  private var place: String { folder + "/" + Self.folderName }

  // MARK: Writing

  func save(
    _ trained: any ParameterArray, _ optimizer: AdamW, _ log: TrainingLog, step: Int
  ) throws(Diagnostic) {
    try write(name(of: step), step: step) { (path) throws(Diagnostic) in
      let tensors =
        trained.tensors() + trained.tensors(of: optimizer.first, prefix: "first.")
        + trained.tensors(of: optimizer.second, prefix: "second.")
      return [
        (TrainingLog.fileName, try log.write(to: path + "/" + TrainingLog.fileName)),
        (
          Self.parametersFile,
          try Safetensors.write(tensors, metadata: [], to: path + "/" + Self.parametersFile)
        ),
      ]
    }
    for old in try steps().dropLast(max(1, kept)) { try removeTree(place + "/" + name(of: old)) }
  }

  /// Keeps what is trained: a model's folder, or an adapter's.
  func saveBest(_ start: TrainingStart, step: Int) throws(Diagnostic) {
    try write(Self.bestName, step: step) { (path) throws(Diagnostic) in
      if let adapters = start.adapters { return try adapters.save(path, base: start.baseName) }
      return try start.model.save(path)
    }
  }

  /// Fills a folder under another name, notes its files' hashes last and moves it into place.
  private func write(
    _ name: String, step: Int,
    _ fill: (String) throws(Diagnostic) -> [(name: String, file: AtomicFile.Summary)]
  ) throws(Diagnostic) {
    let path = place + "/" + name
    let writing = path + AtomicFile.temporarySuffix
    try removeTree(writing)
    try makeFolder(writing)
    let files = try fill(writing).map { file in
      Value.dictionary(
        ValueDictionary([
          ("path", .string(file.name)), ("bytes", .integer(Int64(file.file.bytes))),
          ("sha256", .string(file.file.sha256)),
        ]))
    }
    var state = try AtomicFile(path: writing + "/" + Self.stateFile)
    try state.write(
      JSONText.document(
        .dictionary(
          ValueDictionary([
            ("format_version", .integer(1)), ("step", .integer(Int64(step))),
            ("fingerprint", .string(fingerprint)), ("files", .list(files)),
          ]))))
    _ = try state.commit()
    // A best checkpoint replaces the one before; between the two renamings there is none, and the steps from the
    // last checkpoint on will find it again.
    let old = path + ".old" + AtomicFile.temporarySuffix
    try removeTree(old)
    if fileExists(path) { try move(path, old) }
    try move(writing, path)
    try removeTree(old)
  }

  private func move(_ from: String, _ to: String) throws(Diagnostic) {
    guard rename(from, to) == 0 else { throw .system("write", to, errno: errno) }
  }

  private func name(of step: Int) -> String {
    let digits = String(step)
    return Self.prefix + String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
  }

  /// The steps of which there are states, ascending.
  private func steps() throws(Diagnostic) -> [Int] {
    guard isFolder(place) else { return [] }
    return try namesInFolder(place).compactMap { name in
      guard name.hasPrefix(Self.prefix) else { return nil }
      return Int(name.dropFirst(Self.prefix.utf8.count))
    }.filter { $0 >= 0 }.sorted()
  }

  // MARK: Reading

  /// Puts the last state into what is trained and the optimizer.
  ///
  /// - Returns: the steps done and the log so far; nil where there is no checkpoint.
  /// - Throws: a `Diagnostic` for a damaged checkpoint and for one of another training.
  func restore(
    _ trained: any ParameterArray, _ optimizer: AdamW
  ) throws -> (step: Int, log: TrainingLog)? {
    guard let step = try steps().last else { return nil }
    let path = place + "/" + name(of: step)
    guard try check(path) == step else { throw damage(path, Self.stateFile) }
    let state = try Safetensors(path: path + "/" + Self.parametersFile)
    try trained.read(state)
    try trained.read(state, prefix: "first.", into: optimizer.first)
    try trained.read(state, prefix: "second.", into: optimizer.second)
    let log = try TrainingLog(path: path + "/" + TrainingLog.fileName)
    guard log.lines.count == step else { throw damage(path, TrainingLog.fileName) }
    return (step, log)
  }

  /// Puts the best weights into what is trained.
  func restoreBest(_ start: TrainingStart, step: Int) throws {
    let path = place + "/" + Self.bestName
    guard try check(path) == step else { throw damage(path, Self.stateFile) }
    if let adapters = start.adapters {
      try adapters.read(path)
    } else {
      try start.model.weights.read(try Safetensors(path: path + "/" + LanguageModel.FileName.weights))
    }
  }

  /// Holds every file of a checkpoint against its hash.
  ///
  /// - Returns: its step.
  private func check(_ path: String) throws -> Int {
    let statePath = path + "/" + Self.stateFile
    guard fileExists(statePath) else { throw damage(path, Self.stateFile) }
    let state = try JSONNode.read(statePath, advice: advice(path))
    guard try state.required("fingerprint").text().utf8.elementsEqual(fingerprint.utf8) else {
      throw Diagnostic(
        "the checkpoint '\(path)' belongs to another training: other settings or other examples; "
          + "train without --resume")
    }
    for file in try state.required("files").items() {
      let name = try file.required("path").text()
      guard !name.utf8.contains(UInt8(ascii: "/")), fileExists(path + "/" + name),
        try hashOfFile(at: path + "/" + name).utf8.elementsEqual(try file.required("sha256").text().utf8)
      else { throw damage(path, name) }
    }
    return try state.required("step").integer()
  }

  private func advice(_ path: String) -> String {
    "remove the folder '\(path)' to go on from the checkpoint before it, or train without --resume"
  }

  private func damage(_ path: String, _ name: String) -> Diagnostic {
    Diagnostic(
      "the checkpoint '\(path)' is damaged: '\(name)' is missing or not as it was written; \(advice(path))")
  }

  /// Removes them; cut off in the middle, none is left that could be taken for whole.
  func removeAll() throws(Diagnostic) {
    try clear()
    guard fileExists(place) else { return }
    try move(place, leftover)
    try clear()
  }

  /// Removes what a removal left that was cut off.
  func clear() throws(Diagnostic) { try removeTree(leftover) }

  private var leftover: String { place + AtomicFile.temporarySuffix }
}
