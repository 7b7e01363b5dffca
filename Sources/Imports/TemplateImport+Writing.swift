public import Bytes
import Templates

extension TemplateImport {
  /// Writes `<folder>/<task>/templates.yaml` for every task; each file appears whole or not at all.
  ///
  /// - Parameter replacing: whether files that are there and differ may be replaced.
  /// - Returns: the files that were written; those that already have the same bytes stay as they are.
  /// - Throws: when a file is there, differs and may not be replaced; then nothing is written.
  public func write(to folder: String, replacing: Bool) throws(Diagnostic) -> [String] {
    var changed: [(folder: String, path: String, task: Int)] = []
    var taken: [String] = []
    var buffer = ByteBuffer(capacity: 1 << 16)
    for (place, task) in tasks.enumerated() {
      let path = "\(folder)/\(task.name)/templates.yaml"
      if fileExists(path) {
        append(task, to: &buffer)
        let old = try MappedFile(path: path)
        let same = old.withBytes { old in
          buffer.withBytes { $0.elementsEqual(old) }
        }
        if same { continue }
        taken.append(path)
      }
      changed.append(("\(folder)/\(task.name)", path, place))
    }
    if !taken.isEmpty, !replacing {
      let shown = taken.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
      let more = taken.count > 3 ? " and \(taken.count - 3) more" : ""
      throw Diagnostic(
        "\(shown)\(more) are there already and differ; give another folder with '--output', or "
          + "'--replace' to replace them")
    }
    for (folder, path, task) in changed {
      append(tasks[task], to: &buffer)
      try makeFolder(folder)
      var file = try AtomicFile(path: path)
      try buffer.withBytes { bytes throws(Diagnostic) in try file.write(bytes) }
      _ = try file.commit()
    }
    return changed.map(\.path)
  }

  private func append(_ task: Task, to buffer: inout ByteBuffer) {
    buffer.removeAll()
    TemplateFileText.append(
      dataset: task.dataset, subset: task.subset, environment: task.environment, task.templates, to: &buffer)
  }
}
