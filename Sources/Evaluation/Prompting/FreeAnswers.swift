/// What the right answers of a task look like where there are no choices.
package struct FreeAnswers: Sendable {
  private var isNumber = true
  private var isLetter = true
  private var isYesNo = true
  private var isEmpty = true

  package init() {}

  package mutating func add(_ target: String) {
    isEmpty = false
    isNumber = isNumber && AnswerExtraction.isNumber(target)
    isLetter = isLetter && AnswerExtraction.letter(target) != nil
    isYesNo = isYesNo && ["yes", "no"].contains(AnswerExtraction.plain(target))
  }

  package var kind: AnswerKind {
    if isEmpty { return .free }
    if isLetter { return .letter }
    if isYesNo { return .yesNo }
    return isNumber ? .number : .free
  }
}
