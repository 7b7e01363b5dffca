import Bytes
import Glibc
import JSON
import Records
import Training
import Transformer

/// Trains a model on a built mixture, with the settings of the recipe that built it, into `model/`.
///
/// - Throws: `Diagnostics` or a `Diagnostic` for a folder without a mixture, what the trainer throws, and for a
///   training that was stopped (`Session.stop`) after its state was saved.
@discardableResult
public func trainModel(
  folder: String, options: TrainOptions = TrainOptions(), in session: Session
) throws -> CommandResult {
  let built = try MixtureFolder(folder)
  let decision = try built.recipe.decision(options, in: session)
  tell(decision, session)
  let configuration = try decision.configuration(in: session)
  if decision.weights == nil {
    session.progress.note("train: learning a vocabulary of \(configuration.vocabularySize) tokens")
  }
  let trainer = Trainer(
    configuration: configuration, examples: built.trainingFiles,
    validation: [built.validationFile].filter(fileExists))
  var peak = 0.0
  let summary: TrainingSummary
  do {
    summary = try session.stop.heard {
      try trainer.run(
        into: folder + "/model", resume: options.resume,
        progress: { progress in
          let line = progress.line(peak: peak)
          session.progress.update(line)
          if progress.step == 1 || progress.step % 100 == 0 { session.progress.detail(line) }
        },
        starting: { estimate in
          peak = estimate.peak
          tell(estimate, session)
          if configuration.precision == .bf16, !HalfProducts.areNative {
            session.progress.warning(
              "this processor does not multiply in bf16: the rounded numbers are multiplied as f32, slower than "
                + "with precision f32")
          }
        },
        shouldStop: { session.stop.isRequested })
    }
  } catch let stopped as TrainingStopped {
    throw Diagnostic(
      "stopped at step \(stopped.step) of \(stopped.steps); "
        + (stopped.step > 0 ? "the state is saved: go on with --resume" : "nothing was trained yet"),
      cause: .finding)
  }
  tell(summary, configuration, session)
  try decision.write(summary, configuration, to: folder + "/model")
  let value = Value.dictionary(ValueDictionary(summary.entries))
  return CommandResult(json: JSONText.document(value)) { _, _ in
    "model: \(folder)/model (\(summary.parameters) parameters, loss \(decimal(summary.loss, 3)))\n"
  }
}

/// Which model it is, and why; louder where it is not the one that the recipe prefers.
func tell(_ decision: ModelDecision, _ session: Session) {
  let line = "train: \(decision.sentence)"
  if decision.missing == nil { session.progress.note(line) } else { session.progress.warning(line) }
}

/// What the training will take, before its first step.
private func tell(_ estimate: TrainingEstimate, _ session: Session) {
  session.progress.note(
    "train: \(estimate.parameters) parameters, \(estimate.steps) steps, \(estimate.tokens) tokens; about "
      + "\(amount(estimate.memory)) of memory and \(duration(estimate.seconds)) at half of the "
      + "\(decimal(estimate.peak / 1e9, 0)) GFLOP/s that matrix products reach here")
  if estimate.recomputes {
    session.progress.note(
      "train: layers are computed once more on the way back: what they leave has no room in this machine's memory"
    )
  }
  let installed = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
  if installed > 0, estimate.memory > installed {
    session.progress.warning(
      "that is more memory than the \(amount(installed)) of this machine; set training.tokens_per_pass to hold "
        + "fewer tokens at a time, or train a smaller model")
  }
}

private func tell(
  _ summary: TrainingSummary, _ configuration: TrainingConfiguration, _ session: Session
) {
  session.progress.note(
    "train: \(summary.steps) steps, \(summary.tokens) tokens, \(summary.parameters) parameters, "
      + "loss \(decimal(summary.loss, 3))")
  if summary.endedEarly {
    session.progress.note(
      "train: ended after \(configuration.patience) evaluations without a lower loss on the validation examples"
    )
  }
  if summary.chosenStep != summary.steps {
    session.progress.note("train: the model is that of step \(summary.chosenStep), the best")
  }
  if summary.cutInputs > 0 {
    session.progress.warning(
      "\(summary.cutInputs) inputs were longer than the context of \(configuration.contextLength) tokens; "
        + "\(summary.cutTokens) tokens at their front were cut")
  }
}

/// Bytes as people say them.
private func amount(_ bytes: Int) -> String {
  bytes >= 1_000_000_000
    ? "\(decimal(Double(bytes) / 1e9, 1)) GB" : "\(max(1, bytes / 1_000_000)) MB"
}

extension TrainingProgress {
  /// - Parameter peak: the operations a second that matrix products reach.
  fileprivate func line(peak: Double) -> String {
    let rate = tokensPerSecond >= 1e3 ? "\(decimal(tokensPerSecond / 1e3, 1))k" : decimal(tokensPerSecond, 0)
    let validation = validationLoss.map { ", validation \(decimal($0, 3))" } ?? ""
    let share = peak > 0 ? "  \(decimal(100 * operationsPerSecond / peak, 0))% of peak" : ""
    return "train: step \(step)/\(steps)  loss \(decimal(loss, 3))\(validation)  \(rate) tokens/s\(share)  "
      + "\(duration(secondsLeft)) left"
  }
}
