import Diversity
import Templates

/// The held-out templates of every task against those that training used.
struct TemplateAudit {
  /// A held-out template and the training template most like it.
  struct Pair {
    var task: String
    var heldOut: String
    var seen: String
    /// Word-trigram Jaccard.
    var similarity: Double
  }

  /// The most similar pair of all tasks; nil where there is no text to compare.
  private(set) var nearest: Pair?

  init(_ mixture: WrittenMixture, _ findings: inout AuditFindings) {
    for task in mixture.tasks where !task.isHeldOut {
      var numbers = WordNumbers()
      let grams = task.templates.map { template in
        Trigrams(
          numbers.number(TemplateWords(jinja: template.jinja).words))
      }
      for held in task.templates.indices where !task.templates[held].isSeen {
        for seen in task.templates.indices where task.templates[seen].isSeen {
          let (a, b) = (task.templates[held], task.templates[seen])
          let similarity = grams[held].similarity(to: grams[seen])
          if similarity > nearest?.similarity ?? -1, !a.jinja.isEmpty, !b.jinja.isEmpty {
            nearest = Pair(task: task.name, heldOut: a.name, seen: b.name, similarity: similarity)
          }
          if similarity >= mixture.similarity, !a.jinja.isEmpty {
            findings.add(
              "near-duplicate templates",
              "task '\(task.name)': '\(a.name)' is held out but '\(b.name)', which training used, is like it "
                + "(Jaccard \(similarity); from \(mixture.similarity) on they belong on one side)")
          }
          if a.family.utf8.elementsEqual(b.family.utf8), !a.family.isEmpty {
            findings.add(
              "divided families",
              "task '\(task.name)': '\(a.name)' is held out but '\(b.name)' of its family is not")
          }
        }
      }
    }
  }
}
