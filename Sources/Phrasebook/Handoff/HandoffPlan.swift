import Training
import Transformer

/// Our settings in the words of the programs that a training is handed to.
struct HandoffPlan {
  var recipe: Recipe
  var configuration: TrainingConfiguration
  var summary: HandoffSummary
  /// Whether there are examples to evaluate on.
  var validates: Bool

  typealias Setting = (key: String, value: String)

  struct File {
    var name: String
    var text: String
  }

  struct Command {
    var line: String
    var what: String
  }

  /// Examples of a process' batch; what is missing to a step is added up.
  static let batch = 8

  /// How many batches make a step of ours, on one process.
  var accumulation: Int {
    let examples = Double(summary.examples) / Double(max(1, summary.steps))
    return max(1, Int((examples / Double(Self.batch)).rounded()))
  }

  var context: Int { max(configuration.contextLength, summary.longest) }
  private var lastRate: Double { configuration.learningRate * configuration.finalRate }
  private var warmUpSteps: Int { Int((configuration.warmUp * Double(summary.steps)).rounded(.up)) }
  var modules: [String] {
    (configuration.lora?.targets ?? []).map { String($0.module.split(separator: ".").last ?? "") }
  }
  var usesBest: Bool { configuration.choice == .best && validates }

  /// What Hugging Face's trainer takes, which all three programs hand through.
  var commonSettings: [Setting] {
    let c = configuration
    var settings: [Setting] = [
      ("per_device_train_batch_size", "\(Self.batch)"), ("gradient_accumulation_steps", "\(accumulation)"),
      ("learning_rate", "\(c.learningRate)"), ("warmup_steps", "\(warmUpSteps)"),
      ("weight_decay", "\(c.weightDecay)"), ("adam_beta1", "\(c.beta1)"), ("adam_beta2", "\(c.beta2)"),
      ("adam_epsilon", "\(c.optimizerSettings.epsilon)"), ("max_grad_norm", "\(c.clip)"),
      ("seed", "\(c.seed % (1 << 32))"), ("logging_steps", "10"),
      ("save_steps", "\(max(1, c.checkpointEvery))"),
      ("save_total_limit", "\(c.keptCheckpoints ?? 1)"),
    ]
    settings += scheduleSettings
    switch c.length {
    case .steps(let count): settings.append(("max_steps", "\(count)"))
    case .epochs(let epochs): settings.append(("num_train_epochs", "\(epochs)"))
    }
    if validates {
      settings += [("eval_strategy", "steps"), ("eval_steps", "\(max(1, c.validateEvery))")]
    }
    return settings
  }

  /// The shape of the learning rate after the warm-up.
  var scheduleSettings: [Setting] {
    switch configuration.schedule {
    case .cosine:
      [
        ("lr_scheduler_type", "cosine_with_min_lr"),
        ("lr_scheduler_kwargs", "{min_lr_rate: \(configuration.finalRate)}"),
      ]
    case .linear:
      [("lr_scheduler_type", "polynomial"), ("lr_scheduler_kwargs", "{lr_end: \(lastRate), power: 1.0}")]
    case .constant: [("lr_scheduler_type", "constant_with_warmup")]
    }
  }

  func commands(for target: HandoffTarget) -> [Command] {
    switch target {
    case .torch:
      [
        Command(line: "python3 train.py", what: "one process"),
        Command(line: "torchrun --nproc-per-node 8 train.py", what: "eight GPUs"),
        Command(
          line: "torchrun --nproc-per-node 8 train.py --parallel fsdp",
          what: "the same, weights and moments divided among them"),
      ]
    case .trl:
      [
        Command(line: "trl sft --config sft.yaml", what: "one process"),
        Command(
          line:
            "torchrun --nproc-per-node 8 -m trl.scripts.sft --config sft.yaml --gradient_accumulation_steps "
            + "\(shared(among: 8))", what: "eight GPUs"),
      ]
    case .axolotl:
      [
        Command(line: "axolotl train axolotl.yaml", what: "one process"),
        Command(
          line: "axolotl train axolotl.yaml --launcher torchrun --gradient-accumulation-steps "
            + "\(shared(among: 8)) -- --nproc_per_node=8", what: "eight GPUs"),
      ]
    case .llamaFactory:
      [
        Command(line: "llamafactory-cli train sft.yaml", what: "one process"),
        Command(
          line:
            "FORCE_TORCHRUN=1 NPROC_PER_NODE=8 llamafactory-cli train sft.yaml gradient_accumulation_steps="
            + "\(shared(among: 8))", what: "eight GPUs"),
      ]
    }
  }

  private func shared(among processes: Int) -> Int {
    max(1, Int((Double(accumulation) / Double(processes)).rounded()))
  }
}
