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
  /// What is trained where the model's weights cannot be had; nil: that is an error.
  public var otherwise: AlternativeChoice?
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
    /// Caps of single tasks, in place of K.
    public var caps: [String: Int] = [:]
    /// What the capped sizes of a cluster's tasks may add up to.
    public var clusterCaps: [String: Int] = [:]
    /// Mixtures inside this one; empty: its tasks stand beside each other.
    public var parts: [PartChoice] = []
    public var forms = FormChoice()
    /// Into how many files the training examples are divided.
    public var shards: Int = 1
    /// `gzip` or `zstd`; nil: the files of training examples are not compressed.
    public var compression: String?
  }

  /// A mixture inside the mixture, with rates of its own for tasks or further parts.
  public struct PartChoice: Sendable, Hashable {
    public var name: String
    /// Relative to the parts beside it; nil: the rates of the whole decide.
    public var weight: Double?
    public var tasks: [String] = []
    public var parts: [PartChoice] = []
    public var rates: RateChoice = .proportional
    public var cap: Int?
    public var temperature: Double = 1
  }

  /// What shares of every task are put otherwise than as a plain instruction; 0: none.
  public struct FormChoice: Sendable, Hashable {
    /// Examples with solved ones before them.
    public var fewShot: Double = 0
    /// How many solved ones, with weights.
    public var shots: [(number: Int, weight: Double)] { zip(shotNumbers, shotWeights).map { ($0, $1) } }
    var shotNumbers: [Int] = [1, 2, 4]
    var shotWeights: [Double] = [1, 1, 1]
    /// Whether each solved example has a template of its own.
    public var mixesTemplates = false
    /// The task's name and fields in place of an instruction.
    public var tagged: Double = 0
    /// Templates with `style: inverted`, `conversational` and `succinct`.
    public var inverted: Double = 0
    public var conversational: Double = 0
    public var succinct: Double = 0
  }

  public enum RateChoice: Sendable, Hashable {
    /// All alike, none seen more often than so many times.
    case uniMax(maximumEpochs: Double)
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
    /// Tasks that are not trained on at all.
    public var tasks: [String] = []
    /// Tags of templates that are held out, with their families.
    public var tags: [String] = []
    /// Templates by name or id that are one family, whatever their words.
    public var families: [[String]] = []
    /// In place of `amount`: `i/k` or `i/each`.
    public var fold: FoldChoice?
    /// Two templates of a task are of one family when their word trigrams overlap at least this much.
    public var similarity: Double = 0.6
  }

  /// One of several divisions of the families, from 0; without a count each holds out one family.
  public struct FoldChoice: Sendable, Hashable {
    public var index: Int
    public var count: Int?

    public init(index: Int, count: Int?) {
      self.index = index
      self.count = count
    }

    /// `2/5`, or `2/each`.
    public init?(_ text: String) {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, let index = Int(parts[0]), index >= 0 else { return nil }
      if parts[1] == "each" {
        self.init(index: index, count: nil)
      } else if let count = Int(parts[1]), count >= 2, index < count {
        self.init(index: index, count: count)
      } else {
        return nil
      }
    }
  }

  /// Shares of the records kept from training where the corpus names no splits of its own.
  public struct RecordChoice: Sendable, Hashable {
    public var validation: Double = 0.05
    public var test: Double = 0.15
    /// From which MinHash similarity records of a task stay on one side; nil: nobody looks.
    public var nearDuplicates: Double?
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

  /// A model from scratch that stands in for weights, with the settings of its training.
  public struct AlternativeChoice: Sendable, Hashable {
    public var model = ModelChoice()
    public var training = TrainingChoice()
  }

  public struct EvaluationChoice: Sendable, Hashable {
    /// Test records a task, each under every template; the same in all cells.
    public var records: Int = 50
    /// Validation records a task.
    public var validationRecords: Int = 20
    /// The field whose values are drawn in their shares; nil: none.
    public var stratification: String? = "label"
    /// Training records a task, each under every template, that may stand solved in prompts.
    public var exemplarRecords: Int = 32
    /// The field that tells how an exemplar's answer is found; nil: none.
    public var rationale: String?
    /// How models are asked, where the command line says nothing else.
    public var prompting = PromptingChoice()
    /// Rounds of the bootstrap.
    public var resamples: Int = 2_000
    /// Tokens of the longest generated answer.
    public var maximumTokens: Int = 32
    /// What the model computes with, where the command line says nothing else.
    public var precision: ScorePrecision = .f32
  }
}
