import Bytes
import Glibc
import Transformer

/// The state of a training between two steps, kept in `checkpoint/` beside the model to be: what is trained
/// with the optimizer's moments, and the log. It appears whole or not at all.
struct Checkpoint {
  /// The model's folder.
  let folder: String
  /// What the state belongs to: configuration and examples.
  let fingerprint: String

  static let folderName = "checkpoint"
  private static let optimizerFile = "optimizer.safetensors"
  private var path: String { folder + "/" + Self.folderName }
  private var writing: String { path + AtomicFile.temporarySuffix }
  private var previous: String { path + ".previous" }

  func save(_ trained: any ParameterArray, _ optimizer: AdamW, _ log: TrainingLog, step: Int) throws(Diagnostic) {
    try removeTree(writing)
    try makeFolder(writing)
    try log.write(to: writing + "/" + TrainingLog.fileName)
    let tensors =
      trained.tensors() + trained.tensors(of: optimizer.first, prefix: "first.")
      + trained.tensors(of: optimizer.second, prefix: "second.")
    try Safetensors.write(
      tensors, metadata: [("step", String(step)), ("fingerprint", fingerprint)],
      to: writing + "/" + Self.optimizerFile)
    // Between the two renamings the older state stands under its other name, where `restore` looks too.
    try removeTree(previous)
    if fileExists(path) { try move(path, previous) }
    try move(writing, path)
    try removeTree(previous)
  }

  private func move(_ from: String, _ to: String) throws(Diagnostic) {
    guard rename(from, to) == 0 else { throw .system("write", to, errno: errno) }
  }

  /// Puts the kept state into the weights and the optimizer.
  ///
  /// - Returns: the steps done and the log so far; nil where there is no checkpoint.
  /// - Throws: a `Diagnostic` for a damaged checkpoint and for one of another training.
  func restore(_ trained: any ParameterArray, _ optimizer: AdamW) throws -> (step: Int, log: TrainingLog)? {
    let place = fileExists(path) ? path : previous
    guard fileExists(place) else { return nil }
    let state = try Safetensors(path: place + "/" + Self.optimizerFile)
    guard let step = state.metadata("step").flatMap({ Int($0) }), step >= 0,
      let kept = state.metadata("fingerprint")
    else {
      throw Diagnostic("the checkpoint '\(place)' is damaged; train without --resume")
    }
    guard kept.utf8.elementsEqual(fingerprint.utf8) else {
      throw Diagnostic(
        "the checkpoint '\(place)' belongs to another training: other settings or other examples; "
          + "train without --resume")
    }
    try trained.read(state)
    try trained.read(state, prefix: "first.", into: optimizer.first)
    try trained.read(state, prefix: "second.", into: optimizer.second)
    let log = try TrainingLog(path: place + "/" + TrainingLog.fileName)
    guard log.lines.count == step else {
      throw Diagnostic("the checkpoint '\(place)' is damaged; train without --resume")
    }
    return (step, log)
  }

  func remove() throws(Diagnostic) {
    for path in [path, previous, writing] { try removeTree(path) }
  }
}
