/// How answers are judged and their judgements made one figure.
///
/// All figures grow with quality. They lie between 0 and 1, correlations between −1 and 1: what other
/// programs print from 0 to 100 (BLEU, chrF) is divided by 100.
public enum Metric: String, Sendable, Hashable, CaseIterable {
  /// The share of right answers: of rank classification where an example has choices, else of exact match.
  case accuracy
  /// The same figure; the name that tasks with free answers carry. Blanks at both ends do not count.
  case exactMatch = "exact_match"
  /// Exact match after SQuAD's normalisation: small letters, no punctuation, no articles.
  case squadExactMatch = "squad_exact_match"
  /// SQuAD's F1 over the normalised words, the best over the targets.
  case squadF1 = "squad_f1"
  /// The mean over classes of their F1, as scikit-learn's `f1_score(average="macro", zero_division=0)`.
  case macroF1 = "macro_f1"
  /// Matthews' correlation over any number of classes, as scikit-learn's `matthews_corrcoef`.
  case mcc
  /// The correlation of numbers with the targets'.
  case pearson
  /// The correlation of their ranks; equal numbers share the mean of their ranks.
  case spearman
  /// ROUGE's F-measures as the package rouge-score gives them, the best over the targets.
  case rouge1
  case rouge2
  case rougeL
  case rougeLsum
  /// The same over stems (Porter's, as NLTK extends it).
  case rouge1Stem = "rouge1_stem"
  case rouge2Stem = "rouge2_stem"
  case rougeLStem = "rougeL_stem"
  case rougeLsumStem = "rougeLsum_stem"
  /// BLEU of all answers together, as sacreBLEU: four orders, exponential smoothing, tokens by mteval-v13a.
  case bleu
  /// The same with the other tokenizers: by Unicode's punctuation and symbols, by characters, by blanks.
  case bleuInternational = "bleu_intl"
  case bleuCharacters = "bleu_char"
  case bleuBlanks = "bleu_none"
  /// The mean over answers of each one's own BLEU, over the orders that it is long enough for.
  case sentenceBLEU = "sentence_bleu"
  /// chrF of all answers together, as sacreBLEU: characters up to six, recall counting twice.
  case chrF = "chrf"
  /// chrF++: the same with words up to two.
  case chrFWords = "chrf++"
  /// One less the edit distance over the length of the longer text, in Unicode scalars.
  case editSimilarity = "edit_similarity"

  /// Whether the figure is a mean of what single answers are worth.
  public var isMean: Bool {
    switch self {
    case .accuracy, .exactMatch, .squadExactMatch, .squadF1, .rouge1, .rouge2, .rougeL, .rougeLsum,
      .rouge1Stem, .rouge2Stem, .rougeLStem, .rougeLsumStem, .sentenceBLEU, .editSimilarity:
      true
    case .macroF1, .mcc, .pearson, .spearman, .bleu, .bleuInternational, .bleuCharacters, .bleuBlanks, .chrF,
      .chrFWords:
      false
    }
  }

  /// The lowest figure possible; the highest is 1.
  public var lowest: Double {
    switch self {
    case .mcc, .pearson, .spearman: -1
    default: 0
    }
  }

  /// Whether the figure only asks if an answer is right.
  public var isShareOfRight: Bool { self == .accuracy || self == .exactMatch }

  /// sacreBLEU's signature of the figure: what must be equal for two figures to be comparable. nil for
  /// metrics of other origin.
  ///
  /// - Parameter targets: how many targets an example has; nil where the numbers differ.
  public func signature(targets: Int?) -> String? {
    let references = "nrefs:" + (targets.map(String.init) ?? "var")
    func bleu(_ tokenizer: BLEUTokenizer, effective: Bool = false) -> String {
      "\(references)|case:mixed|eff:\(effective ? "yes" : "no")|tok:\(tokenizer.rawValue)|smooth:exp|"
        + Self.signatureVersion
    }
    switch self {
    case .bleu: return bleu(.mteval13a)
    case .bleuInternational: return bleu(.international)
    case .bleuCharacters: return bleu(.characters)
    case .bleuBlanks: return bleu(.blanks)
    case .sentenceBLEU: return bleu(.mteval13a, effective: true)
    case .chrF: return "\(references)|case:mixed|eff:yes|nc:6|nw:0|space:no|\(Self.signatureVersion)"
    case .chrFWords: return "\(references)|case:mixed|eff:yes|nc:6|nw:2|space:no|\(Self.signatureVersion)"
    default: return nil
    }
  }

  /// The sacreBLEU that `Tests/check_metrics.py` compares with.
  static let signatureVersion = "version:2.6.0"
}
