package import Bytes
package import Records

/// The keys of a mixture's independent draws, each a named part of the seed's key.
package struct SeedParts: Sendable {
  private let root: SeedKey

  package init(seed: UInt64) { root = SeedKey(seed: seed) }

  /// Which part a record belongs to.
  package var splits: SeedKey { root.part("splits") }

  /// Which families of a task are held out.
  package func holdOut(task: String) -> SeedKey { root.part("hold-out").part(task) }

  /// Where each task's examples stand between the others' (u_m).
  package var phases: SeedKey { root.part("phases") }

  /// In which order a task's records and templates come.
  package func order(task: String) -> SeedKey { root.part("order").part(task) }

  /// Which records of a task are evaluated on, and which of its templates each validation record meets.
  package func evaluation(task: String) -> SeedKey { root.part("evaluation").part(task) }

  /// What the random filters of templates draw from: the same wherever a record is rendered.
  package func rendering(_ record: RecordID) -> SeedKey { root.part(record.high).part(record.low) }
}
