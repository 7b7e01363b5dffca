import Bytes
import JSON
import Records
import Training
import Transformer

extension ModelDecision {
  /// Writes a note into the model's folder that says which model it is and how it was trained; nothing in it depends on the clock or on where files lie.
  func write(_ summary: TrainingSummary, _ configuration: TrainingConfiguration, to folder: String)
    throws(Diagnostic)
  {
    var note = ValueDictionary([
      ("format_version", .integer(1)), ("model", .string(shortName)),
      ("pretrained", .boolean(weights != nil)),
      ("in_place_of", missing.map { .string($0.name) } ?? .null),
      // What follows a colon is another program's words.
      (
        "reason",
        missing.map { .string(String($0.reason.prefix { $0 != ":" })) } ?? .null
      ),
      ("trained", .string(configuration.lora == nil ? "weights" : "adapters")),
      ("precision", .string(configuration.precision.rawValue)),
    ])
    for (key, value) in summary.entries { note[key] = value }
    var file = try AtomicFile(path: folder + "/" + Trainer.noteName)
    try file.write(JSONText.document(.dictionary(note)))
    _ = try file.commit()
  }

  /// The model's name, without the folders before it.
  private var shortName: String {
    let name = weights?.name ?? recipe.model.preset
    return name.split(separator: "/").last.map(String.init) ?? name
  }
}

extension TrainingSummary {
  var entries: [(String, Value)] {
    [
      ("steps", .integer(Int64(steps))), ("chosen_step", .integer(Int64(chosenStep))),
      ("ended_early", .boolean(endedEarly)), ("examples", .integer(Int64(examples))),
      ("tokens", .integer(Int64(tokens))), ("parameters", .integer(Int64(parameters))),
      ("loss", .number(loss)), ("validation_loss", validationLoss.map(Value.number) ?? .null),
      ("cut_inputs", .integer(Int64(cutInputs))), ("cut_tokens", .integer(Int64(cutTokens))),
    ]
  }
}
