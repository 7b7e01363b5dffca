import Bytes
import Templates
import YAML

/// Rules about the metrics that a template names.
enum MetricRules {
  /// PromptSource's names, and the two of Phrasebook's own tasks.
  static let known = [
    "Accuracy", "Exact Match", "F1", "BLEU", "ROUGE", "Squad", "Trivia QA", "COQA F1", "Pearson Correlation",
    "Spearman Correlation", "MultiRC", "AUC", "Edit Distance", "Mean Squared Error", "Mean Reciprocal Rank",
    "Perplexity", "Other",
  ]

  static func check(_ template: LintedTemplate, _ findings: inout FindingList) {
    guard template.divides, let node = template.key("metadata", "metrics"), !node.isNull else { return }
    var items = [node]
    if case .sequence(let list) = node.kind { items = list }
    for item in items {
      guard let text = item.text else { continue }
      guard !known.contains(text) else {
        if text == "Accuracy", template.source.answerChoices == nil {
          findings.add(
            .metric, item.error("accuracy compares answer choices, and the template has none"),
            template: template.name)
        }
        continue
      }
      let same = known.first { $0.letters == text.letters }
      let near = same ?? nearestName(to: text, among: known)
      let hint =
        near.map { "; did you mean '\($0)'?" } ?? "; expected one of \(known.joined(separator: ", "))"
      findings.add(
        .metric, item.error("unknown metric '\(text)'\(hint)"), template: template.name,
        fix: same.map { Finding.Fix(item.range, $0) })
    }
  }
}

extension String {
  /// Its letters and digits in lower case: what two spellings of a name share.
  fileprivate var letters: String { lowercased().filter { $0.isLetter || $0.isNumber } }
}
