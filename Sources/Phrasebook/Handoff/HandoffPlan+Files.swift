import Training
import Transformer

extension HandoffPlan {
  /// The files that tell the program what to do.
  func files(for target: HandoffTarget) -> [File] {
    let readme = File(name: "README.md", text: readme(target))
    switch target {
    case .torch:
      return [
        readme, File(name: "train.py", text: String(decoding: PackageResources.train_py, as: UTF8.self)),
        File(name: "llama.py", text: String(decoding: PackageResources.llama_py, as: UTF8.self)),
      ]
    case .trl: return [readme, File(name: "sft.yaml", text: Self.yaml(trlSettings))]
    case .axolotl: return [readme, File(name: "axolotl.yaml", text: Self.yaml(axolotlSettings))]
    case .llamaFactory:
      return [
        readme, File(name: "sft.yaml", text: Self.yaml(llamaFactorySettings)),
        File(name: "dataset_info.json", text: llamaFactoryData),
      ]
    }
  }

  private static func yaml(_ settings: [Setting]) -> String {
    settings.map { "\($0.key): \($0.value)\n" }.joined()
  }

  /// For `trl sft` (TRL's `ScriptArguments`, `SFTConfig` and `ModelConfig`).
  private var trlSettings: [Setting] {
    var settings: [Setting] = [
      ("model_name_or_path", "start"), ("dataset_name", "data"), ("dataset_test_split", "validation"),
      ("output_dir", "model"),
      ("max_length", "\(context)"), ("packing", "false"),
      ("completion_only_loss", configuration.inputLossWeight == 0 ? "true" : "false"),
      ("dtype", "float32"), ("report_to", "none"),
    ]
    settings += commonSettings
    if configuration.precision == .bf16 {
      settings.append(("bf16", "true"))
    } else {
      settings.append(("bf16", "false"))
    }
    if usesBest {
      settings += [
        ("load_best_model_at_end", "true"), ("metric_for_best_model", "eval_loss"),
        ("greater_is_better", "false"),
        ("save_strategy", "steps"),
      ]
    }
    if let lora = configuration.lora {
      settings += [
        ("use_peft", "true"), ("lora_r", "\(lora.rank)"), ("lora_alpha", "\(Int(lora.alpha.rounded()))"),
        ("lora_dropout", "0.0"), ("lora_target_modules", "[\(modules.joined(separator: ", "))]"),
      ]
    }
    return settings
  }

  /// For `axolotl train` (its `AxolotlInputConfig`).
  private var axolotlSettings: [Setting] {
    func data(_ name: String) -> String {
      "[{path: data/\(name).jsonl, ds_type: json, split: train, type: chat_template, chat_template: tokenizer_default, "
        + "field_messages: messages, roles_to_train: [assistant], train_on_eos: turn}]"
    }
    let common = commonSettings.filter { setting in
      !["per_device_train_batch_size", "num_train_epochs", "lr_scheduler_type", "eval_strategy"].contains(
        setting.key)
    }
    var settings: [Setting] = [
      ("base_model", "start"), ("datasets", data("train")), ("dataset_prepared_path", "prepared"),
      ("output_dir", "model"), ("chat_template", "tokenizer_default"), ("sequence_len", "\(context)"),
      ("sample_packing", "true"), ("attn_implementation", "flash_attention_2"),
      ("train_on_inputs", configuration.inputLossWeight == 0 ? "false" : "true"),
      ("micro_batch_size", "\(Self.batch)"), ("optimizer", "adamw_torch_fused"), ("bf16", "auto"),
      ("val_set_size", "0"),
    ]
    if validates { settings.append(("test_datasets", data("validation"))) }
    settings += common
    settings.append(("lr_scheduler", scheduleSettings[0].value))
    if case .epochs(let epochs) = configuration.length {
      settings.append(("num_epochs", "\(epochs)"))
    } else {
      settings.append(("num_epochs", "1000"))
    }
    if usesBest {
      settings += [("load_best_model_at_end", "true"), ("metric_for_best_model", "eval_loss")]
    }
    if configuration.patience > 0 {
      settings.append(("early_stopping_patience", "\(configuration.patience)"))
    }
    if let lora = configuration.lora {
      settings += [
        ("adapter", "lora"), ("lora_r", "\(lora.rank)"), ("lora_alpha", "\(Int(lora.alpha.rounded()))"),
        ("lora_dropout", "0.0"), ("lora_target_modules", "[\(modules.joined(separator: ", "))]"),
      ]
    }
    return settings
  }

  /// For `llamafactory-cli train`.
  private var llamaFactorySettings: [Setting] {
    var settings: [Setting] = [
      ("model_name_or_path", "start"), ("stage", "sft"), ("do_train", "true"),
      ("finetuning_type", configuration.lora == nil ? "full" : "lora"), ("dataset", "phrasebook"),
      ("dataset_dir", "."), ("cutoff_len", "\(context)"), ("preprocessing_num_workers", "1"),
      ("train_on_prompt", configuration.inputLossWeight == 0 ? "false" : "true"), ("output_dir", "model"),
      ("bf16", configuration.precision == .bf16 ? "true" : "false"), ("report_to", "none"),
    ]
    if validates { settings.append(("eval_dataset", "phrasebook_validation")) }
    settings += commonSettings
    if usesBest {
      settings += [
        ("load_best_model_at_end", "true"), ("metric_for_best_model", "eval_loss"),
        ("greater_is_better", "false"),
      ]
    }
    if let lora = configuration.lora {
      settings += [
        ("lora_rank", "\(lora.rank)"), ("lora_alpha", "\(Int(lora.alpha.rounded()))"),
        ("lora_dropout", "0.0"),
        ("lora_target", modules.joined(separator: ",")),
      ]
    }
    return settings
  }

  /// `dataset_info.json`: where the data is and what its keys are called.
  private var llamaFactoryData: String {
    func entry(_ name: String, _ file: String) -> String {
      """
        "\(name)": {
          "file_name": "data/\(file).jsonl",
          "formatting": "sharegpt",
          "columns": {"messages": "messages"},
          "tags": {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
        }
      """
    }
    var entries = [entry("phrasebook", "train")]
    if validates { entries.append(entry("phrasebook_validation", "validation")) }
    return "{\n" + entries.joined(separator: ",\n") + "\n}\n"
  }

  private func readme(_ target: HandoffTarget) -> String {
    let lines = commands(for: target).map { "    \($0.line)    # \($0.what)\n" }.joined()
    let about =
      switch target {
      case .torch:
        """
        `train.py` takes the \(summary.steps) steps that Phrasebook would take: the same examples in the same order
        (`training.safetensors`: tokens in rows of one length; `segments` tells which example of its row a token
        belongs to, and attention and positions stay inside it; `kinds` has 1 for an input's token, 2 for a target's),
        the same learning rates (`training.json`) from the same weights (`start/`). It needs torch and safetensors and
        computes in bf16 on GPUs, in f32 elsewhere. `python3 train.py --help` tells its options.

        """
      case .trl, .axolotl, .llamaFactory:
        """
        The settings are the recipe's in \(target.rawValue)'s words. A step of the recipe has so many tokens; here it
        has \(Self.batch) examples times \(accumulation), which comes to about the same. On several GPUs, divide
        `gradient_accumulation_steps` by their number, as the second command does.

        """
      }
    return """
      # Training elsewhere

      Run in this folder:

      \(lines)
      `start/` is the model before the first step; its `tokenizer_config.json` holds the chat template that says what
      stands around inputs and targets. \(about)
      The model comes to lie in `model/`. Measure it with

          phrasebook evaluate MIXTURE --model model

      """
  }
}
