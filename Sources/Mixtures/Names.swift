// Names compare by their UTF-8 bytes; `==` on strings would take é in one scalar and in two for the same.

extension [String] {
  func contains(name: String) -> Bool { contains { $0.utf8.elementsEqual(name.utf8) } }

  /// Each name once, where it first stands.
  func deduplicated() -> [String] {
    var known: Set<[UInt8]> = []
    return filter { known.insert([UInt8]($0.utf8)).inserted }
  }
}

extension HoldOut {
  /// Whether training sees nothing of a task, by its own name or its cluster's.
  func holdsOut(_ task: MixtureTask) -> Bool {
    clusters.contains(name: task.cluster) || tasks.contains(name: task.name)
  }
}
