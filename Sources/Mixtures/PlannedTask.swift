import Templates

/// A task with everything decided that a mixture needs.
public struct PlannedTask: Sendable {
  public internal(set) var task: MixtureTask
  public let records: RecordParts
  /// For each template, the index of its family's first member.
  public internal(set) var families: [Int]
  /// Whether training sees nothing of the task.
  public let isHeldOut: Bool
  /// Indices of the templates that training uses, ascending; empty for a held-out task.
  public let seen: [Int]
  /// Indices of the templates that training never sees, ascending; all for a held-out task.
  public let unseen: [Int]
  /// r, from 0 to 1.
  public internal(set) var rate = 0.0
  /// n, the number of training examples.
  public internal(set) var count = 0
  /// The parts of the task's examples by their form, plain ones first; empty for a held-out task.
  public internal(set) var forms: [PlannedForm] = []
  /// Where examples of each form stand between the others'; nil where there is one form.
  package internal(set) var formSchedule: Schedule?
  /// The place of the template of the form `tagged`, which stands behind those of the task's file.
  public internal(set) var tagged: Int?

  /// e, the number of records that training draws from; 0 for a held-out task.
  public var trainingRecords: Int { isHeldOut ? 0 : records.train.count }

  /// How often training meets each record, on average.
  public var epochs: Double { trainingRecords == 0 ? 0 : Double(count) / Double(trainingRecords) }

  /// The id of a template's family: that of its first member.
  public func familyID(of template: Int) -> String { task.templates[families[template]].source.id }
}

/// What one example is made from.
package struct PlannedExample: Sendable, Hashable {
  /// A place in the plan's tasks.
  package var task: Int
  /// A place in the task's store.
  package var record: Int
  /// A place in the task's templates.
  package var template: Int
  package var form = ExampleForm.plain
  /// What stands before it; empty but for few-shot examples.
  package var exemplars: [Exemplar] = []
  /// Given, the example is a prompt without content.
  package var content: ContentFreePlace?
  /// The field whose text goes along as the way to the answer.
  package var rationale: Int?

  /// Whether the line is the record itself.
  package var isRecord = false

  /// Whether the line says no more than any line says.
  var isBare: Bool { form == .plain && rationale == nil }

  package init(task: Int, record: Int, template: Int) {
    self.task = task
    self.record = record
    self.template = template
  }
}
