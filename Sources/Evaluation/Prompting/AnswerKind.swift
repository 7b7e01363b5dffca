/// What an answer looks like, which decides how it is read out of a text.
public enum AnswerKind: String, Sendable, Hashable, CaseIterable {
  case number
  /// One of A to Z, in brackets or not.
  case letter
  case yesNo = "yes_no"
  /// The text of a choice.
  case choice
  case free
}

extension AnswerKind {
  /// The kind of the answers to a question with choices, at least one.
  package init(choices: [String]) {
    if choices.allSatisfy({ AnswerExtraction.letter($0) != nil }) {
      self = .letter
    } else if choices.allSatisfy({ ["yes", "no"].contains(AnswerExtraction.plain($0)) }) {
      self = .yesNo
    } else {
      self = .choice
    }
  }

  /// The words that ask for the answer behind the reasoning, after Kojima et al. 2022 (table 10).
  package func request(_ choices: [String]) -> String {
    switch self {
    case .number: return "Therefore, the answer (arabic numerals) is"
    case .yesNo: return "Therefore, the answer (Yes or No) is"
    case .letter:
      guard let first = choices.first, let last = choices.last, choices.count > 1 else {
        return "Therefore, the answer is"
      }
      let (low, high) = (AnswerExtraction.letter(first) ?? "A", AnswerExtraction.letter(last) ?? "E")
      return "Therefore, among \(low) through \(high), the answer is"
    case .choice, .free: return "Therefore, the answer is"
    }
  }
}
