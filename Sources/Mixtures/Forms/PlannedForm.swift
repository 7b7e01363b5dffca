import Bytes
import Templates

/// The part of a task's examples that has one form.
public struct PlannedForm: Sendable {
  public let form: ExampleForm
  /// Indices of the task's templates, ascending; never empty.
  public let templates: [Int]
  /// The share of the task's examples.
  public let share: Double
  public internal(set) var count = 0
  package internal(set) var order: TaskOrder?

  init(_ form: ExampleForm, templates: [Int], share: Double) {
    self.form = form
    self.templates = templates
    self.share = share
  }
}

extension PlannedTask {
  /// Divides the task's examples among the forms that it has templates for; plain ones get what is left.
  mutating func plan(_ shares: [FormShare], _ seeds: SeedParts) throws(Diagnostic) {
    let key = seeds.order(task: task.name)
    var forms: [PlannedForm] = []
    var claimed: Set<Int> = []
    for share in shares {
      let templates = templates(of: share.form)
      guard !templates.isEmpty else { continue }
      if share.form != .fewShot { claimed.formUnion(templates) }
      forms.append(PlannedForm(share.form, templates: templates, share: share.share))
    }
    let plain = seen.filter { !claimed.contains($0) }
    guard !plain.isEmpty else {
      throw Diagnostic(
        "task '\(task.name)' has no seen template left for plain examples: all have a style that a form claims; "
          + "write one without, or leave the form out")
    }
    // Exemplars go with plain templates, too.
    forms = forms.map { $0.form == .fewShot ? PlannedForm(.fewShot, templates: plain, share: $0.share) : $0 }
    let rest = 1 - forms.reduce(0) { $0 + $1.share }
    forms.insert(PlannedForm(.plain, templates: plain, share: rest), at: 0)
    let counts = try ExactShares(forms.map(\.share)).counts(total: count)
    for place in forms.indices {
      forms[place].count = counts[place]
      let own = place == 0 ? key : key.part("form").part(forms[place].form.rawValue)
      forms[place].order = TaskOrder(
        records: trainingRecords, templates: forms[place].templates.count, key: own)
    }
    self.forms = forms
    if forms.count > 1 {
      formSchedule = Schedule(counts: counts, names: forms.map(\.form.rawValue), key: key.part("forms"))
    }
  }

  private func templates(of form: ExampleForm) -> [Int] {
    switch form {
    case .plain: []
    case .fewShot: seen
    case .tagged: tagged.map { [$0] } ?? []
    case .inverted: seen.filter { task.templates[$0].source.style == .inverted }
    case .conversational: seen.filter { task.templates[$0].source.style == .conversational }
    case .succinct: seen.filter { task.templates[$0].source.style == .succinct }
    }
  }

  /// Which form the j-th example of the task has, and which of that form's examples it is.
  func place(_ ordinal: Int) -> Schedule.Place {
    formSchedule?.place(at: ordinal) ?? Schedule.Place(task: 0, ordinal: ordinal)
  }
}
