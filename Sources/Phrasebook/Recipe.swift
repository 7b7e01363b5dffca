/// What to build, train and measure: the content of a recipe file.
///
/// The file format is described in the documentation's article on recipes.
public struct Recipe: Sendable {
  /// The file as it was named.
  public var path: String
  /// The file's own bytes; a build keeps a copy beside its results.
  public var text: [UInt8]
  /// Names the output folder: letters, digits, `.`, `_` and `-`.
  public var name: String
  /// Everything random follows from it.
  public var seed: UInt64
  /// Folder with one folder a task, each with a `corpus.yaml`; relative paths are resolved against the recipe.
  public var corpora: String
  /// Folder with one folder a task, each with a `templates.yaml`.
  public var templates: String
  /// Task names in the recipe's order; nil: every folder that has both a corpus and templates.
  public var tasks: [TaskChoice]?
  public var mixture: MixtureChoice
  public var holdOut: HoldOutChoice
  public var records: RecordChoice
  public var model: ModelChoice
  public var training: TrainingChoice
  public var evaluation: EvaluationChoice

  /// The folder in which the recipe stands; `.` when it is named without one.
  public var folder: String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
  }

  /// Where results go unless told otherwise: `output/<name>` beside the recipe.
  public var defaultOutput: String { resolve("output/\(name)") }

  func resolve(_ relative: String) -> String {
    relative.hasPrefix("/") || folder == "." ? relative : folder + "/" + relative
  }

  /// A task by name, with how much it counts.
  public struct TaskChoice: Sendable, Hashable {
    public var name: String
    /// Multiplies the number of training records before cap and temperature; 1 by default.
    public var scale: Double = 1
  }

  /// How the training examples are drawn (DESIGN: rates, counts).
  public struct MixtureChoice: Sendable, Hashable {
    /// N, the number of training examples.
    public var total: Int = 10_000
    /// K; nil: no cap.
    public var cap: Int?
    /// T, at least 1 in practice; 1: none.
    public var temperature: Double = 1
    public var rates: RateChoice = .proportional
    /// Into how many files the training examples are divided.
    public var shards: Int = 1
    /// `gzip` or `zstd`; nil: the files of training examples are not compressed.
    public var compression: String?
  }

  public enum RateChoice: Sendable, Hashable {
    case proportional
    case equal
    /// Task names with weights, in the recipe's order.
    case weights([String: Double])
  }

  /// What training never sees.
  public struct HoldOutChoice: Sendable, Hashable {
    /// How many of a task's templates are held out; whole families always.
    public enum Amount: Sendable, Hashable {
      case fraction(Double)
      case number(Int)
    }

    public var amount: Amount = .fraction(0.25)
    /// Templates held out by name or id, with their families, in every task that has them.
    public var templateNames: [String] = []
    /// Clusters whose tasks are not trained on at all.
    public var clusters: [String] = []
    /// Two templates of a task are of one family when their word trigrams overlap at least this much.
    public var similarity: Double = 0.6
  }

  /// Shares of the records kept from training where the corpus names no splits of its own.
  public struct RecordChoice: Sendable, Hashable {
    public var validation: Double = 0.05
    public var test: Double = 0.15
  }

  /// The model that is trained: a shape from scratch, or pretrained weights.
  public struct ModelChoice: Sendable, Hashable {
    /// What training goes on from: `smollm2`, a GGUF file or a model's folder; nil: from scratch.
    public var weights: String?
    /// `tiny` or `small`; the numbers below replace the preset's.
    public var preset: String = "tiny"
    public var dimension: Int?
    public var layers: Int?
    public var heads: Int?
    public var keyValueHeads: Int?
    public var hiddenDimension: Int?
    /// Tokens of the vocabulary that is learnt from the mixture.
    public var vocabulary: Int = 2_048
    /// Tokens of the longest example.
    public var context: Int = 256
  }

  public struct TrainingChoice: Sendable, Hashable {
    /// Passes over the mixture.
    public var epochs: Double = 1
    /// Optimizer steps; replaces `epochs`.
    public var steps: Int?
    public var tokensPerStep: Int = 4_096
    /// The highest learning rate.
    public var learningRate: Double = 1e-3
    /// Share of the steps in which the rate rises.
    public var warmUp: Double = 0.05
    /// Share of the highest rate that is left at the end.
    public var finalShare: Double = 0.1
    public var weightDecay: Double = 0.1
    /// The largest norm of a gradient.
    public var clip: Double = 1
    /// Weight of the loss on the input's tokens; 0: targets only.
    public var inputLossWeight: Double = 0
    /// Steps between two checkpoints.
    public var checkpointEvery: Int = 200
  }

  public struct EvaluationChoice: Sendable, Hashable {
    /// Test records a task, each under every template; the same in all cells.
    public var records: Int = 50
    /// Validation records a task.
    public var validationRecords: Int = 20
    /// Rounds of the bootstrap.
    public var resamples: Int = 2_000
    /// Tokens of the longest generated answer.
    public var maximumTokens: Int = 32
  }
}
