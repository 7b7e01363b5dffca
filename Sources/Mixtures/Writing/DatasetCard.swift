import Bytes
import Compression
import JSON

/// The folder's README.md: a Hugging Face dataset card whose front matter makes `load_dataset(folder)` find
/// the files, with a table of what the mixture holds.
struct DatasetCard {
  private let plan: MixturePlan
  private let evaluation: [ExampleFile]

  init(_ plan: MixturePlan) {
    self.plan = plan
    evaluation = ExampleFile.evaluation(of: plan)
  }

  var text: String { "---\n" + frontMatter + "---\n\n" + heading + table + explanation + sources }

  // MARK: Front matter

  private var frontMatter: String {
    var lines = ["pretty_name: \(quoted(plan.settings.name))"]
    let languages = plan.tasks.flatMap(\.task.languages).deduplicated()
    if !languages.isEmpty { lines.append("language: [\(languages.map(quoted).joined(separator: ", "))]") }
    lines.append("license: other")
    lines.append("task_categories: [text-generation]")
    lines.append("tags: [instruction-tuning, phrasebook]")
    lines.append("size_categories: [\(sizeCategory)]")
    lines += configs + features
    return lines.map { $0 + "\n" }.joined()
  }

  /// One configuration a file of examples; the first holds what is trained on. Empty files are left out, for
  /// `load_dataset` cannot read them.
  private var configs: [String] {
    var lines = ["configs:", "- config_name: training", "  default: true", "  data_files:"]
    lines += ["  - {split: train, path: \"train-*.jsonl\(plan.settings.compression?.ending ?? "")\"}"]
    if !isEmpty(.validation) {
      lines += ["  - {split: validation, path: \(EvaluationFile.validation.path)}"]
    }
    for cell in writtenCells {
      lines += ["- config_name: \(cell.rawValue)", "  data_files:"]
      lines += ["  - {split: test, path: \(cell.path)}"]
    }
    return lines
  }

  /// The columns, told beforehand: `choices` and `targets` stand only in lines that have them, which a reader
  /// that guesses the columns from the first lines would stumble over.
  private var features: [String] {
    var lines = ["dataset_info:"]
    for name in ["training"] + writtenCells.map(\.rawValue) {
      lines += ["- config_name: \(name)", "  features:"]
      for column in ["input", "target", "task", "template", "record"] {
        lines += ["  - {name: \(column), dtype: string}"]
      }
      lines += ["  - {name: index, dtype: int64}"]
      for column in ["choices", "targets"] { lines += ["  - {name: \(column), sequence: string}"] }
      if !plan.settings.forms.isEmpty {
        lines += ["  - {name: form, dtype: string}", "  - {name: shots, dtype: int64}"]
      }
    }
    return lines
  }

  private var writtenCells: [EvaluationFile] {
    EvaluationFile.allCases.filter { $0 != .validation && !$0.servesPrompts && !isEmpty($0) }
  }

  private func isEmpty(_ cell: EvaluationFile) -> Bool {
    !evaluation.contains { $0.path == cell.path && !$0.range.isEmpty }
  }

  /// In the Hub's own words.
  private var sizeCategory: String {
    switch plan.total {
    case ..<1_000: "n<1K"
    case ..<10_000: "1K<n<10K"
    case ..<100_000: "10K<n<100K"
    case ..<1_000_000: "100K<n<1M"
    case ..<10_000_000: "1M<n<10M"
    case ..<100_000_000: "10M<n<100M"
    case ..<1_000_000_000: "100M<n<1B"
    case ..<10_000_000_000: "1B<n<10B"
    case ..<100_000_000_000: "10B<n<100B"
    case ..<1_000_000_000_000: "100B<n<1T"
    default: "n>1T"
    }
  }

  // MARK: Text

  private var heading: String {
    let trained = plan.tasks.count { !$0.isHeldOut }
    return """
      # \(plan.settings.name)

      An instruction-tuning mixture of \(plan.total) examples of \(trained) tasks, made by Phrasebook from the
      seed \(plan.settings.seed). `manifest.json` names everything it was made from, with SHA-256.


      """
  }

  private var table: String {
    var lines = [
      "| task | cluster | training records | rate | examples | epochs | templates seen | held out | licence |",
      "|---|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for task in plan.tasks {
      let cells = [
        cell(task.task.name), cell(task.task.cluster), "\(task.trainingRecords)",
        decimal(task.rate, places: 4), "\(task.count)", decimal(task.epochs, places: 2),
        "\(task.seen.count)", "\(task.unseen.count)", cell(task.task.licence ?? "not stated"),
      ]
      lines.append("| " + cells.joined(separator: " | ") + " |")
    }
    return lines.map { $0 + "\n" }.joined() + "\n"
  }

  private var explanation: String {
    """
    `rate` follows from the number of training records (\(rule)). Held-out templates are no near-duplicates of
    those seen (word-trigram Jaccard below \(plan.settings.holdOut.similarity)); `seen_templates` and
    `unseen_templates` hold the same test records under the one and the other.

    Every line has `input`, `target`, `task`, `template`, `record` and `index`; `choices` and `targets` where
    there are answer choices or several right answers.

    ```python
    from datasets import load_dataset

    training = load_dataset("path/to/this/folder", split="train")
    ```

    """
  }

  private var rule: String {
    let settings = plan.settings
    switch settings.rates {
    case .proportional:
      return (settings.cap.map { "capped at \($0)" } ?? "no cap") + ", temperature \(settings.temperature)"
    case .equal: return "equal rates by choice"
    case .weights: return "weights by choice"
    case .uniMax(let epochs): return "all alike, none seen more than \(epochs) times"
    }
  }

  private var sources: String {
    let cited = plan.tasks.filter { $0.task.citation != nil }
    guard !cited.isEmpty else { return "" }
    let lines = cited.map { "- \($0.task.name): \(cell($0.task.citation ?? ""))\n" }
    return "\n## Sources\n\n" + lines.joined()
  }

  private func quoted(_ text: String) -> String {
    // A JSON string is a YAML string too.
    var buffer = ByteBuffer()
    JSONText.appendString(text, to: &buffer)
    return buffer.text
  }

  /// A text in one line that cannot break a table.
  private func cell(_ text: String) -> String {
    var plain = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "|": plain += "\\|"
      case "\n", "\r", "\t": plain += " "
      default: plain.unicodeScalars.append(scalar)
      }
    }
    return plain
  }
}

/// A number of at least 0 with a fixed number of decimal places (at most 6).
private func decimal(_ number: Double, places: Int) -> String {
  let scale = (0..<places).reduce(1) { power, _ in power * 10 }
  guard number.isFinite, number * Double(scale) < 1e18 else { return "\(number)" }
  let units = Int((number * Double(scale)).rounded())
  let fraction = String(units % scale)
  return "\(units / scale)." + String(repeating: "0", count: places - fraction.utf8.count) + fraction
}
