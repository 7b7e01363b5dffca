/// What one answer contributes to a metric: a few numbers, from which the figure of any set of answers, each
/// counted any number of times, is made.
extension Metric {
  /// How many numbers the evidence of one answer has.
  public var evidenceWidth: Int {
    switch self {
    case .macroF1, .mcc, .pearson, .spearman: 2
    case .bleu, .bleuInternational, .bleuCharacters, .bleuBlanks: BLEU.width
    case .chrF: ChrF(wordOrders: 0).width
    case .chrFWords: ChrF(wordOrders: 2).width
    default: 1
    }
  }

  /// - Parameters:
  ///   - targets: everything that counts as right, at least one text.
  ///   - isRight: whether the answer is one of the targets, blanks at both ends aside.
  ///   - classes: numbers for the texts of answers, for macro-F1 and MCC; the same for all answers of a task.
  /// - Returns: `evidenceWidth` numbers.
  public func evidence(
    _ answer: String, targets: [String], isRight: Bool, classes: inout ClassNames
  ) -> [Double] {
    func best(_ worth: (String) -> Double) -> [Double] { [targets.map(worth).max() ?? 0] }
    switch self {
    case .accuracy, .exactMatch: return [isRight ? 1 : 0]
    case .squadExactMatch: return best { SQuAD.isMatch(answer, $0) ? 1 : 0 }
    case .squadF1: return best { SQuAD.f1(answer, $0) }
    case .macroF1, .mcc:
      // An alternative target is another name of the same class.
      let wanted = Double(classes.number(of: targets.first ?? ""))
      return [wanted, isRight ? wanted : Double(classes.number(of: answer))]
    case .pearson, .spearman: return [number(targets.first ?? ""), number(answer)]
    case .rouge1, .rouge1Stem: return best { rouge.grams(answer, $0, order: 1) }
    case .rouge2, .rouge2Stem: return best { rouge.grams(answer, $0, order: 2) }
    case .rougeL, .rougeLStem: return best { rouge.subsequence(answer, $0) }
    case .rougeLsum, .rougeLsumStem: return best { rouge.summary(answer, $0) }
    case .bleu, .bleuInternational, .bleuCharacters, .bleuBlanks:
      return BLEU.counts(answer, targets: targets, tokenizer)
    case .sentenceBLEU:
      return [BLEU.figure(BLEU.counts(answer, targets: targets, .mteval13a), effective: true)]
    case .chrF: return ChrF(wordOrders: 0).counts(answer, targets: targets)
    case .chrFWords: return ChrF(wordOrders: 2).counts(answer, targets: targets)
    case .editSimilarity: return best { Metrics.editSimilarity(answer, $0) }
    }
  }

  /// What one answer is worth by itself: its share of a mean, or BLEU or chrF of it alone; nil for metrics
  /// that need several.
  public func worth(_ evidence: [Double]) -> Double? {
    switch self {
    case .bleu, .bleuInternational, .bleuCharacters, .bleuBlanks: BLEU.figure(evidence, effective: true)
    case .chrF, .chrFWords: ChrF(wordOrders: 0).figure(evidence)
    default: isMean ? evidence.first : nil
    }
  }

  private var rouge: Rouge {
    switch self {
    case .rouge1Stem, .rouge2Stem, .rougeLStem, .rougeLsumStem: Rouge(stems: true)
    default: Rouge(stems: false)
    }
  }

  private var tokenizer: BLEUTokenizer {
    switch self {
    case .bleuInternational: .international
    case .bleuCharacters: .characters
    case .bleuBlanks: .blanks
    default: .mteval13a
    }
  }
}

/// Numbers for classes by their names, blanks at both ends aside.
public struct ClassNames: Sendable {
  private var numbers: [[UInt8]: Int] = [:]
  public var count: Int { numbers.count }

  public init() {}

  public mutating func number(of name: String) -> Int {
    let bytes = Array(withoutBlanks(name))
    if let known = numbers[bytes] { return known }
    numbers[bytes] = numbers.count
    return numbers.count - 1
  }
}

/// A decimal number; NaN for anything else.
private func number(_ text: String) -> Double {
  let bytes = withoutBlanks(text)
  guard bytes.allSatisfy({ (48...57).contains($0) || "+-.eE".utf8.contains($0) }),
    let number = Double(String(Substring(bytes))), number.isFinite
  else { return .nan }
  return number
}

/// The bytes without white space (blank, tab, line feed, vertical tab, form feed, return) at both ends.
public func withoutBlanks(_ text: String) -> Substring.UTF8View {
  func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
  var bytes = text[...].utf8
  while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
  while let last = bytes.last, isBlank(last) { bytes.removeLast() }
  return bytes
}
