import Bytes
import JSON
import Records
import Transformer

/// What a training leaves for another program to do.
public struct HandoffSummary: Sendable, Hashable {
  public var examples: Int
  public var steps: Int
  public var tokens: Int
  public var parameters: Int
  /// The tokens of the longest example, which a row must hold.
  public var longest: Int
  /// The learning rate of each step.
  public var learningRates: [Double]
  public var cutInputs: Int
  public var cutTokens: Int
}

extension Trainer {
  /// The names of what `writeStart` writes.
  public enum HandoffName {
    public static let model = "start"
    public static let rows = "training.safetensors"
    public static let validation = "validation.safetensors"
    public static let settings = "training.json"
  }

  /// Writes the model before the first step, as a folder in Hugging Face's layout, and, if wanted, every step's
  /// examples as rows of tokens with the settings of each step: a program that follows them takes the very steps
  /// that `run` would take.
  ///
  /// - Parameters:
  ///   - folder: made if it does not exist.
  ///   - packed: whether to write the rows and settings.
  public func writeStart(into folder: String, packed: Bool) throws -> HandoffSummary {
    let start = try prepare()
    try start.model.save(folder + "/" + HandoffName.model)
    let steps = start.plan.steps
    let schedule = LearningRateSchedule(configuration, steps: steps.count)
    let all = 0..<start.training.count
    let summary = HandoffSummary(
      examples: steps.reduce(0) { $0 + $1.count }, steps: steps.count,
      tokens: steps.reduce(0) { $0 + $1.reduce(0) { $0 + start.training.length($1) } },
      parameters: start.model.configuration.parameters,
      longest: all.reduce(0) { max($0, start.training.length($1)) },
      learningRates: (0..<steps.count).map { schedule.rate($0 + 1) },
      cutInputs: start.training.cuts.prompts, cutTokens: start.training.cuts.tokens)
    guard packed else { return summary }
    if let adapters = start.adapters {
      let path = folder + "/" + HandoffName.model + "/" + LowRankAdapters.folderName
      try adapters.save(path, base: start.baseName)
    }
    let padding = start.model.tokenizer.end
    try PackedRows(start.training, steps: steps, length: start.contextLength, padding: padding)
      .write(to: folder + "/" + HandoffName.rows)
    let held = start.validation
    try PackedRows(
      held, steps: held.count > 0 ? [Array(0..<held.count)] : [], length: start.contextLength,
      padding: padding
    ).write(to: folder + "/" + HandoffName.validation)
    var file = try AtomicFile(path: folder + "/" + HandoffName.settings)
    try file.write(JSONText.document(settings(summary)))
    _ = try file.commit()
    return summary
  }

  /// Gives the texts of examples as the model is to read them: inputs in the form that was chosen, and without the
  /// front that is too long for the context.
  ///
  /// - Parameters:
  ///   - limit: how many examples are read; nil: all.
  ///   - model: the folder that `writeStart` wrote.
  public func readTexts(
    _ files: [String], first limit: Int? = nil, model: String,
    _ body: (_ input: String, _ target: String) throws -> Void
  ) throws {
    let loaded = try LanguageModel.load(model)
    let (tokenizer, context) = (
      loaded.tokenizer, min(configuration.contextLength, loaded.configuration.contextLength)
    )
    var encoder = TokenEncoder(tokenizer)
    try ExampleLines.read(files, first: limit) { example, _ in
      let input = configuration.form.text(example.input, task: example.task)
      let room = context - tokenizer.target(example.target, &encoder).count
      let prompt = tokenizer.prompt(input, room: room, &encoder)
      let text = prompt.cut == 0 ? input : tokenizer.decode(tokenizer.encode(input).dropFirst(prompt.cut))
      try body(text, example.target)
    }
  }

  private func settings(_ summary: HandoffSummary) -> Value {
    let c = configuration
    let optimizer = c.optimizerSettings
    return .dictionary(
      ValueDictionary([
        ("format_version", .integer(1)), ("steps", .integer(Int64(summary.steps))),
        ("learning_rates", .list(summary.learningRates.map(Value.number))),
        ("weight_decay", .number(optimizer.decay)), ("beta1", .number(optimizer.beta1)),
        ("beta2", .number(optimizer.beta2)), ("epsilon", .number(optimizer.epsilon)),
        ("clip", .number(optimizer.clip)), ("input_loss_weight", .number(c.inputLossWeight)),
        ("precision", .string(c.precision.rawValue)), ("seed", .integer(Int64(clamping: c.seed))),
        ("checkpoint_every", .integer(Int64(c.checkpointEvery))),
        ("validate_every", .integer(Int64(c.validateEvery))), ("choose", .string(c.choice.rawValue)),
        ("patience", .integer(Int64(c.patience))),
        ("lora", c.lora.map(Self.value) ?? .null),
      ]))
  }

  private static func value(_ lora: AdapterSettings) -> Value {
    .dictionary(
      ValueDictionary([
        ("rank", .integer(Int64(lora.rank))), ("alpha", .number(lora.alpha)),
        ("modules", .list(lora.targets.map { .string($0.module) })),
      ]))
  }
}
