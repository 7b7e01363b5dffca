import Bytes

/// What is written about a training while it runs, a step at a time: `training_log.jsonl` and TensorBoard's event
/// file. Both follow from the log's entries alone, so that a run that was cut off and resumed leaves the same
/// bytes.
struct LiveRecord {
  private let lines: GrowingFile
  private let events: EventFile

  /// Begins both files with the steps that are done.
  init(folder: String, _ log: TrainingLog) throws(Diagnostic) {
    lines = try GrowingFile(path: folder + "/" + TrainingLog.fileName)
    events = try EventFile(folder: folder + "/" + EventFile.folderName)
    for (line, entry) in zip(log.lines, log.entries) { try append(line, entry) }
  }

  func append(_ line: String, _ entry: TrainingLog.Entry) throws(Diagnostic) {
    try lines.append(line + "\n")
    var figures = [
      ("loss/training", entry.loss), ("learning_rate", entry.learningRate),
      ("gradient_norm", entry.gradientNorm), ("tokens", Double(entry.tokens)),
    ]
    if let loss = entry.validationLoss { figures.append(("loss/validation", loss)) }
    try events.append(step: entry.step, figures)
  }

  func finish() throws(Diagnostic) {
    try lines.finish()
    try events.finish()
  }
}
