internal import Metrics

/// Whether an answer is one of the targets, blanks at both ends aside; compared by UTF-8 bytes.
package func isExactMatch(_ answer: String, _ targets: [String]) -> Bool {
  let answer = withoutBlanks(answer)
  return targets.contains { withoutBlanks($0).elementsEqual(answer) }
}
