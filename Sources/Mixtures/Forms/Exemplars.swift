import Bytes
import Records

/// A solved example that stands before another.
package struct Exemplar: Sendable, Hashable {
  /// Places in the task's store and templates.
  package var record: Int
  package var template: Int
}

extension MixturePlan {
  /// The exemplars of the n-th few-shot example of a task: other training records, never of the record's group and
  /// no group twice. Fewer than drawn where the task has not as many groups.
  func exemplars(of example: PlannedExample, _ form: PlannedForm, ordinal: Int) -> [Exemplar] {
    let task = tasks[example.task]
    let key = seeds.order(task: task.task.name).part("exemplars").part(UInt64(ordinal))
    let number = shots(key.part(0))
    var groups: Set = [task.task.store.record(example.record).group]
    var exemplars: [Exemplar] = []
    var draw: UInt64 = 1
    // Records that are drawn in vain are met seldom but in tasks of a few groups, which the bound is for.
    while exemplars.count < number, draw < UInt64(64 + 64 * number) {
      let drawn = key.part(draw)
      let record = Int(task.records.train[Int(drawn.part(0).below(UInt64(task.trainingRecords)))])
      if groups.insert(task.task.store.record(record).group).inserted {
        let template =
          settings.fewShot.mixesTemplates
          ? form.templates[Int(drawn.part(1).below(UInt64(form.templates.count)))] : example.template
        exemplars.append(Exemplar(record: record, template: template))
      }
      draw += 1
    }
    return exemplars
  }

  private func shots(_ key: SeedKey) -> Int {
    let shots = settings.fewShot.shots
    var left = key.unit * shots.reduce(0) { $0 + $1.weight }
    for shot in shots {
      left -= shot.weight
      if left < 0 { return shot.number }
    }
    return shots.last?.number ?? 0
  }
}
