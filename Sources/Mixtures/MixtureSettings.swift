public import Compression
import Diversity

/// What a recipe says of its mixture: how much of what, in which order, and what stays out of training.
public struct MixtureSettings: Sendable {
  public var name: String
  /// Everything random follows from it.
  public var seed: UInt64
  /// N, the number of training examples: 1 to 2⁴⁰.
  public var total: Int
  /// K, applied before the temperature; nil: no cap.
  public var cap: Int?
  /// T; 1 leaves the rates as they are, larger values make them more alike.
  public var temperature = 1.0
  public var rates = RateRule.proportional
  /// Caps of single tasks, in place of K.
  public var caps: [String: Int] = [:]
  /// What the capped sizes of a cluster's tasks may add up to.
  public var clusterCaps: [String: Int] = [:]
  /// Mixtures inside this one; empty: its tasks stand beside each other.
  public var parts: [MixturePart] = []
  /// Into how many files the training examples are divided: 1 to 99,999.
  public var shards = 1
  /// How the files of training examples are compressed; nil: not at all.
  public var compression: Compression?
  /// Forms besides the plain one, each with its share of every task that has templates for it.
  public var forms: [FormShare] = []
  public var fewShot = FewShot()
  public var splits = SplitFractions()
  public var holdOut = HoldOut()
  public var evaluation = EvaluationLimits()
  /// The recipe file itself, for the manifest.
  public var recipe: InputFile?
  /// The program's version, for the manifest.
  public var phrasebookVersion = ""

  public init(name: String, seed: UInt64, total: Int) {
    self.name = name
    self.seed = seed
    self.total = total
  }
}

/// The shares of records kept from training where a corpus names no splits itself; training gets the rest.
public struct SplitFractions: Sendable, Hashable {
  public var validation: Double
  public var test: Double
  /// From which MinHash similarity two records of a task are near-duplicates and stay on one side; nil: nobody looks.
  public var nearDuplicates: Double?

  public init(validation: Double = 0.05, test: Double = 0.15, nearDuplicates: Double? = nil) {
    self.validation = validation
    self.test = test
    self.nearDuplicates = nearDuplicates
  }
}

/// What training never sees.
public struct HoldOut: Sendable, Hashable {
  /// How much of a task's templates, those held out by name included.
  public enum Amount: Sendable, Hashable {
    /// 0 to 1, rounded to a whole number of at least one; 0 holds out none.
    case fraction(Double)
    case number(Int)
  }

  /// What `Amount` counts. Whole families are held out either way.
  public enum Unit: Sendable, Hashable {
    case templates, families
  }

  public var amount = Amount.fraction(0.25)
  public var unit = Unit.templates
  /// Templates held out by name or id with their families, in every task that has them.
  public var templates: [String] = []
  /// Clusters whose tasks are not trained on at all.
  public var clusters: [String] = []
  /// Tasks that are not trained on at all.
  public var tasks: [String] = []
  /// Templates of a task with at least this word-trigram Jaccard similarity are of one family.
  public var similarity = TemplateFamilies.defaultSimilarity
  /// Templates with one of these tags are held out with their families (`TemplateTags`).
  public var tags: [String] = []
  /// Names or ids of templates that are one family, whatever their words.
  public var families: [[String]] = []
  /// In place of `amount`: the part of a task's families that is held out in one of several runs.
  public var fold: Fold?

  /// Fold `index` of `count`, from 0: every family is held out in one of the folds. Without a count each fold holds
  /// out one family, and tasks with fewer families than others begin anew.
  public struct Fold: Sendable, Hashable {
    public var index: Int
    public var count: Int?

    public init(index: Int, count: Int?) {
      self.index = index
      self.count = count
    }
  }

  public init() {}
}

/// How many records a task gives to the evaluation files.
public struct EvaluationLimits: Sendable, Hashable {
  /// Test records, each under every template; the same ones in all cells.
  public var testRecords: Int
  /// Validation records, each under one of the seen templates.
  public var validationRecords: Int
  /// The field whose values are drawn in their shares, in tasks that have it; nil: none.
  public var stratification: String?
  /// Training records, each under every template, that may stand solved in prompts.
  public var exemplarRecords: Int
  /// The field that tells how an exemplar's answer is found; nil: none.
  public var rationale: String?

  public init(
    testRecords: Int = 50, validationRecords: Int = 20, stratification: String? = "label",
    exemplarRecords: Int = 32, rationale: String? = nil
  ) {
    self.testRecords = testRecords
    self.validationRecords = validationRecords
    self.stratification = stratification
    self.exemplarRecords = exemplarRecords
    self.rationale = rationale
  }
}
