import Bytes
import Diversity
import Templates
import YAML

/// Rules about a task's templates together.
enum TaskRules {
  static func check(_ task: LintedTask, _ findings: inout FindingList) {
    unusedFields(task, &findings)
    lengths(task, &findings)
    nearDuplicates(task, &findings)
  }

  private static func unusedFields(_ task: LintedTask, _ findings: inout FindingList) {
    guard let corpus = task.corpus, !task.templates.isEmpty else { return }
    var read = Set(corpus.ownFields)
    for template in task.templates {
      // A template that cannot be read may use anything.
      guard template.problems.isEmpty else { return }
      for anatomy in [template.anatomy, template.choicesAnatomy, template.targetAnatomy] {
        read.formUnion((anatomy?.fields ?? []).map(\.name))
      }
      if let target = template.source.target { read.insert(target) }
    }
    for field in corpus.fields where !read.contains(field.name) {
      guard let node = field.node else { continue }
      findings.add(.unusedField, node.error("no template of the task reads the field '\(field.name)'"))
    }
  }

  /// Templates of more than three times the median's words, and far outside of how much the others vary.
  private static func lengths(_ task: LintedTask, _ findings: inout FindingList) {
    let lengths = task.templates.map { TemplateWords($0.source).words.count }
    guard lengths.count >= 4 else { return }
    let middle = median(lengths)
    let spread = median(lengths.map { abs($0 - middle) })
    for (template, length) in zip(task.templates, lengths)
    where length > max(3 * middle, middle + 6 * max(1, spread), 40) {
      findings.add(
        .outlyingLength,
        template.aboutAll("the template has \(length) words, where the task's median is \(middle)"),
        template: template.name)
    }
  }

  private static func median(_ values: [Int]) -> Int {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  private static func nearDuplicates(_ task: LintedTask, _ findings: inout FindingList) {
    for later in task.templates.indices {
      // The most alike of those before it is enough to tell.
      let source = task.templates[later].source
      let alike = (0..<later).filter { earlier in
        let parent = task.templates[earlier].source.parent?.id
        return task.similarities[earlier, later] >= TemplateFamilies.defaultSimilarity
          && (parent == nil || parent != source.parent?.id)
      }
      guard let nearest = alike.max(by: { task.similarities[$0, later] < task.similarities[$1, later] })
      else {
        continue
      }
      let other = task.templates[nearest]
      let share = Int((task.similarities[nearest, later] * 100).rounded())
      let more = alike.count > 1 ? "; \(alike.count - 1) more are as near" : ""
      findings.add(
        .nearDuplicates,
        task.templates[later].aboutAll(
          "\(share)% of the word trigrams are those of '\(other.name)' (line \(other.aboutAll("").location?.line ?? 0))\(more)"
        ),
        template: task.templates[later].name)
    }
  }
}
