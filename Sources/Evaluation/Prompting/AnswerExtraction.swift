/// Reads answers out of texts, by the rules of Kojima et al. 2022 (appendix A.6) and Wang et al. 2023: behind words
/// that announce the answer the first that looks like one counts, in a text without them the last.
///
/// In three things it is more careful than the paper's script: a letter must stand by itself (the script finds the
/// A of "Answer"), numbers are compared by value ("18.00" is 18), and of choices the longest at a place counts.
package struct AnswerExtraction: Sendable {
  package var kind: AnswerKind
  package var choices: [String]

  package init(_ kind: AnswerKind, choices: [String] = []) {
    self.kind = kind
    self.choices = choices
  }

  /// How much of a text is the answer.
  package enum Form: Sendable {
    /// The text answers a question for the answer alone: the first that looks like one counts.
    case answer
    /// The text reasons and ends in the answer: behind `####` or `answer is` the first counts, else the last.
    case reasoning
  }

  /// The answer in the form that answers are compared in; nil where the text holds none.
  package func answer(in text: String, _ form: Form) -> String? {
    switch form {
    case .answer: return found(in: text, last: false)
    case .reasoning:
      guard let behind = Self.behindAnnouncement(text) else { return found(in: text, last: true) }
      return found(in: behind, last: false)
    }
  }

  /// Whether an extracted answer is one of the targets, in the form that the kind compares in.
  package func isRight(_ answer: String, _ targets: [String]) -> Bool {
    targets.contains { target in
      guard let wanted = found(in: target, last: false) else {
        return Self.plain(target).utf8.elementsEqual(Self.plain(answer).utf8)
      }
      return Self.plain(wanted).utf8.elementsEqual(Self.plain(answer).utf8)
    }
  }

  /// The place of the choice that an extracted answer stands for.
  package func choice(of answer: String) -> Int? {
    choices.firstIndex { isRight(answer, [$0]) }
  }

  private func found(in text: String, last: Bool) -> String? {
    let found: [String]
    switch kind {
    case .number: found = Self.numbers(text)
    case .letter: found = Self.letters(text, known: choices.compactMap(Self.letter))
    case .yesNo: found = Self.words(text).filter { $0 == "yes" || $0 == "no" }
    case .choice: found = Self.choices(text, choices)
    case .free: found = Self.free(text).map { [$0] } ?? []
    }
    return last ? found.last : found.first
  }

  /// What follows the last announcement of an answer.
  static func behindAnnouncement(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    let lower = bytes.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
    var end: Int?
    for mark in ["####", "answer is"] {
      let mark = Array(mark.utf8)
      guard lower.count >= mark.count else { continue }
      for place in stride(from: lower.count - mark.count, through: 0, by: -1)
      where lower[place..<place + mark.count].elementsEqual(mark) {
        end = max(end ?? 0, place + mark.count)
        break
      }
    }
    return end.map { String(decoding: bytes[$0...], as: UTF8.self) }
  }
}
