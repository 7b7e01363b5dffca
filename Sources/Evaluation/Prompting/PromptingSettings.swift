public import Transformer

/// How a model is asked: what stands before the question, and what becomes of its answer.
public struct PromptingSettings: Sendable, Hashable {
  /// k: solved examples before each question.
  public var shots = 0
  public var choice = ExemplarChoice.random
  public var exemplarTemplates = ExemplarTemplates.same
  /// In how many orders the exemplars are tried; the first gives the figures, all give their spread.
  public var orders = 1
  public var framing = Framing.marked
  /// The first gives the calibrated figures, others stand beside it.
  public var calibrations: [CalibrationMethod] = []
  /// nil: the answer comes at once.
  public var chainOfThought: ChainOfThought?

  public init() {}
}

/// Which training records stand solved before a question.
public enum ExemplarChoice: String, Sendable, Hashable, CaseIterable {
  /// Drawn once, the same for all records and templates of a task.
  case random
  /// The same with every answer equally often, as far as `shots` divides.
  case balanced
  /// Those whose inputs are most similar to the question's by BM25, the most similar one last.
  case similar
}

/// Through which templates exemplars are rendered.
public enum ExemplarTemplates: String, Sendable, Hashable, CaseIterable {
  /// The question's own.
  case same
  /// Another of the task's, one for all exemplars.
  case other
  /// One drawn for each exemplar.
  case mixed
}

/// Where the model's leaning towards an answer is taken from.
public enum CalibrationMethod: String, Sendable, Hashable, CaseIterable {
  /// W = diag(p_cf)⁻¹, b = 0, from inputs without content (Zhao et al. 2021).
  case contextual
  /// W = I, b = −p_cf: what the same paper takes where an answer is written freely and its first token is chosen.
  case contextualDifference = "contextual_difference"
  /// Each probability divided by the one after the template's last words alone (PMI_DC; Holtzman et al. 2021).
  case domain
  /// Each probability divided by its mean over the examples of the template (Zhou et al. 2024).
  case batch

  /// Whether content-free prompts are asked for it.
  var needsContentFree: Bool { self != .batch }
}

/// Asking for reasons before the answer.
public struct ChainOfThought: Sendable, Hashable {
  /// Texts that open the reasoning (Kojima et al. 2022); each is measured, the first gives the figures.
  public var triggers = ["Let's think step by step."]
  /// How many ways of reasoning are sampled; the most frequent answer counts (Wang et al. 2023). 1: the greedy one.
  public var samples = 1
  /// Where `samples` is above 1.
  public var temperature = 0.7
  /// Tokens at most of one reasoning.
  public var maximumTokens = 128

  public init() {}
}
