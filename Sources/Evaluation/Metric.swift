internal import Bytes

/// How an answer is judged.
public enum Metric: String, Sendable, Hashable, CaseIterable {
  /// The share of right answers: of rank classification where an example has choices, else of exact match.
  case accuracy
  /// The same figure; the name that tasks with free answers carry.
  case exactMatch = "exact_match"
}

/// Whether an answer is one of the targets, blanks at both ends aside; compared by UTF-8 bytes.
package func isExactMatch(_ answer: String, _ targets: [String]) -> Bool {
  let answer = trimmed(answer)
  return targets.contains { trimmed($0).elementsEqual(answer) }
}

/// The bytes without white space (blank, tab, line feed, vertical tab, form feed, return) at both ends.
private func trimmed(_ text: String) -> Substring.UTF8View {
  func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
  var bytes = text[...].utf8
  while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
  while let last = bytes.last, isBlank(last) { bytes.removeLast() }
  return bytes
}
