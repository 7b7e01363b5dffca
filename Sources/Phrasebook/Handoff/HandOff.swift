import Bytes
import JSON
import Records
import Training
import Transformer

/// The program that a training is handed to.
public enum HandoffTarget: String, Sendable, Hashable, CaseIterable {
  /// Our own script for PyTorch, which takes the very steps that we would take.
  case torch
  case trl
  case axolotl
  case llamaFactory = "llama-factory"
}

/// Writes what another program needs to train on a built mixture: data in its form, its settings with ours in them,
/// the model before the first step, and the command lines.
///
/// - Parameters:
///   - output: the folder to write, replaced where it is there; nil: `handoff/<target>` inside the mixture's folder.
///   - options: as for `trainModel`; `resume` means nothing.
@discardableResult
public func handOff(
  folder: String, to target: HandoffTarget, output: String? = nil, options: TrainOptions = TrainOptions(),
  in session: Session
) throws -> CommandResult {
  let built = try MixtureFolder(folder)
  let decision = try built.recipe.decision(options, in: session)
  tell(decision, session)
  let configuration = try decision.configuration(in: session)
  let output = output ?? folder + "/handoff/" + target.rawValue
  if fileExists(output) {
    let names = isFolder(output) ? try namesInFolder(output) : ["a file"]
    guard names.isEmpty || names.contains(Trainer.HandoffName.model) else {
      throw Diagnostic(
        "'\(output)' exists and was not written by 'phrasebook handoff'; name another folder with --output")
    }
    try removeTree(output)
  }
  try makeFolder(output)
  session.progress.note("handoff: writing \(target.rawValue) files into \(output)")
  let trainer = Trainer(
    configuration: configuration, examples: built.trainingFiles,
    validation: [built.validationFile].filter(fileExists))
  let summary = try trainer.writeStart(into: output, packed: target == .torch)
  let plan = HandoffPlan(
    recipe: decision.recipe, configuration: configuration, summary: summary,
    validates: !trainer.validation.isEmpty)
  for file in plan.files(for: target) { try write(file.text, to: output + "/" + file.name) }
  if target != .torch {
    let form: HandoffExamples.Form = target == .trl ? .promptAndCompletion : .messages
    try HandoffExamples.write(trainer, output, form)
  }
  if summary.cutInputs > 0 {
    session.progress.warning(
      "\(summary.cutInputs) inputs were longer than the context; \(summary.cutTokens) tokens at their front were cut"
    )
  }
  let commands = plan.commands(for: target)
  let value = Value.dictionary(
    ValueDictionary([
      ("folder", .string(output)), ("examples", .integer(Int64(summary.examples))),
      ("steps", .integer(Int64(summary.steps))), ("tokens", .integer(Int64(summary.tokens))),
      ("commands", .list(commands.map { .string($0.line) })),
    ]))
  return CommandResult(json: JSONText.document(value)) { _, _ in
    "cd \(output)\n" + commands.map { "\($0.line)    # \($0.what)\n" }.joined()
  }
}

private func write(_ text: String, to path: String) throws {
  var file = try AtomicFile(path: path)
  try file.write(text)
  _ = try file.commit()
}
