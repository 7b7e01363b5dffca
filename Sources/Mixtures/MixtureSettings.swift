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
  /// Into how many files the training examples are divided: 1 to 99,999.
  public var shards = 1
  /// How the files of training examples are compressed; nil: not at all.
  public var compression: Compression?
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

  public init(validation: Double = 0.05, test: Double = 0.15) {
    self.validation = validation
    self.test = test
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

  public init() {}
}

/// How many records a task gives to the evaluation files.
public struct EvaluationLimits: Sendable, Hashable {
  /// Test records, each under every template; the same ones in all cells.
  public var testRecords: Int
  /// Validation records, each under one of the seen templates.
  public var validationRecords: Int

  public init(testRecords: Int = 50, validationRecords: Int = 20) {
    self.testRecords = testRecords
    self.validationRecords = validationRecords
  }
}
