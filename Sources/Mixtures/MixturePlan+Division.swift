import Bytes
import Diversity
import Records
import Templates

extension MixturePlan {
  /// Divides every task's records and templates.
  static func divide(
    _ tasks: [MixtureTask], _ settings: MixtureSettings, _ seeds: SeedParts, threads: Int
  ) throws(Diagnostics) -> [PlannedTask] {
    var planned: [PlannedTask] = []
    var problems: [Diagnostic] = []
    for task in tasks {
      do throws(Diagnostic) {
        planned.append(try divide(task, settings, seeds, threads: threads))
      } catch {
        problems.append(error)
      }
    }
    guard problems.isEmpty else { throw Diagnostics(problems) }
    return planned
  }

  private static func divide(
    _ task: MixtureTask, _ settings: MixtureSettings, _ seeds: SeedParts, threads: Int
  ) throws(Diagnostic) -> PlannedTask {
    let records: RecordParts
    if let parts = task.parts {
      records = parts
    } else {
      records = try RecordParts(
        task.store, fractions: settings.splits, key: seeds.splits, threads: threads)
    }
    let sources = task.templates.map(\.source)
    let isHeldOut = settings.holdOut.holdsOut(task)
    try requireRecords(records, of: task, isHeldOut: isHeldOut, settings)
    let families = settings.holdOut.families(of: sources)
    var held = Array(repeating: true, count: sources.count)
    if !isHeldOut {
      held = try settings.holdOut.isHeldOut(
        sources, families: families, task: task.name, key: seeds.holdOut(task: task.name))
    }
    var planned = PlannedTask(
      task: task, records: records, families: families, isHeldOut: isHeldOut,
      seen: sources.indices.filter { !held[$0] }, unseen: sources.indices.filter { held[$0] })
    if !isHeldOut, settings.forms.contains(where: { $0.form == .tagged }),
      let tagged = TaggedTemplate.make(task: task.name, planned.seen.map { task.templates[$0] })
    {
      planned.tagged = task.templates.count
      planned.task.templates.append(tagged)
      planned.families.append(task.templates.count)
    }
    return planned
  }

  private static func requireRecords(
    _ records: RecordParts, of task: MixtureTask, isHeldOut: Bool, _ settings: MixtureSettings
  ) throws(Diagnostic) {
    let all = task.store.count - records.duplicates
    if records.train.isEmpty, !isHeldOut {
      throw Diagnostic(
        "task '\(task.name)' has no training record among its \(all); give it more records or a train split, "
          + "lower the fractions of validation and test, or hold the task out")
    }
    if records.test.isEmpty, settings.evaluation.testRecords > 0 {
      throw Diagnostic(
        "task '\(task.name)' has no test record among its \(all); give it more records or a test split, or "
          + "raise the fraction of test (\(settings.splits.test))")
    }
  }
}
