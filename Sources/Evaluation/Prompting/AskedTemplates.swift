internal import Bytes
internal import Patterns
internal import Records

/// What a manifest says of how its templates ask and how their answers are read.
struct AskedTemplates {
  private var known: [String: MixtureSummary.Template] = [:]
  /// nil where nobody renders steps.
  let renderer: (any StepPrompts)?
  /// nil where no template asks step by step.
  let records: MeasuredRecords?

  init(_ mixture: MixtureSummary, folder: String, _ renderer: (any StepPrompts)?) throws {
    var hasSteps = false
    for task in mixture.tasks {
      for template in task.templates where !template.extract.isEmpty || !template.steps.isEmpty {
        known[Self.key(task.name, template.id)] = template
        hasSteps = hasSteps || !template.steps.isEmpty
      }
    }
    self.renderer = renderer
    records = hasSteps && renderer != nil ? try MeasuredRecords(folder: folder) : nil
    // Without somebody who renders them, steps are not asked: the template's own prompt stands for them.
    if renderer == nil { for key in known.keys { known[key]?.steps = [] } }
  }

  /// nil for a template that asks once and takes what is written.
  func template(_ example: Example) -> MixtureSummary.Template? {
    known.isEmpty ? nil : known[Self.key(example.task, example.template)]
  }

  private static func key(_ task: String, _ template: String) -> String { "\(task)\u{0}\(template)" }
}

extension MixtureSummary.Template {
  /// The first group that took part in the match of the first pattern that matches, the whole match where it has no
  /// groups; nil where none matches.
  func extracted(from text: String) throws -> String? {
    var text = text
    return try text.withUTF8 { bytes in
      let raw = UnsafeRawBufferPointer(bytes)
      for pattern in extract {
        guard let groups = try pattern.firstMatch(in: raw) else { continue }
        let range = groups.dropFirst().compactMap(\.self).first ?? (groups.count == 1 ? groups[0] : nil)
        if let range { return String(decoding: raw[range], as: UTF8.self) }
      }
      return nil
    }
  }
}
