import Bytes
import Imports

/// The report of an import as people read it.
struct ImportText: Sendable {
  private let found: TemplateImport
  private let options: ImportOptions
  private let written: Int
  private let corpora: HarnessCorpora?
  /// Of each kind of refusal so many are told, with a line for the rest.
  private static let shown = 3
  private static let shownCounts = 12

  init(_ found: TemplateImport, _ options: ImportOptions, written: Int, corpora: HarnessCorpora?) {
    self.found = found
    self.options = options
    self.written = written
    self.corpora = corpora
  }

  func lines(width: Int) -> String {
    let what = options.format == .lmEval ? "tasks" : "templates"
    var text = "\(options.format.rawValue): \(found.files) files in \(options.path)\n"
    var rows = [
      (
        "imported", found.imported,
        "of \(found.found) \(what), as \(found.tasks.count) files in \(options.output), "
          + "\(written == found.tasks.count ? "all" : "\(written)") written"
      ),
      ("refused", found.refusals.count, ""),
    ]
    for skipped in found.skipped { rows.append(("skipped", skipped.count, skipped.what)) }
    let widest = rows.map { "\($0.1)".utf8.count }.max() ?? 0
    for (name, count, note) in rows {
      let number = "\(count)"
      let line =
        "  " + name + String(repeating: " ", count: 10 - name.utf8.count + widest - number.utf8.count)
        + number
      text += note.isEmpty ? line + "\n" : line + "  " + note + "\n"
    }
    text += counts("left out of imported \(what)", found.leftOut)
    for (reason, refusals) in found.reasons {
      text += "\nrefused, \(reason) (\(refusals.count)):\n"
      for refusal in refusals.prefix(Self.shown) { text += "  " + line(refusal) + "\n" }
      if refusals.count > Self.shown {
        text += "  … \(refusals.count - Self.shown) more; --json lists all\n"
      }
    }
    text += counts("Python functions refused", found.functions)
    guard let corpora, let folder = options.corpora else { return text }
    text += "\n\(corpora.count) corpora in \(folder), \(corpora.written.count) written\n"
    if !corpora.refused.isEmpty { text += "\ndata not usable (\(corpora.refused.count)):\n" }
    for (task, problem) in corpora.refused.prefix(Self.shown) {
      text += "  \(task): \(problem.message)\n"
    }
    if corpora.refused.count > Self.shown {
      text += "  … \(corpora.refused.count - Self.shown) more; --json lists all\n"
    }
    return text
  }

  private func counts(_ title: String, _ list: [TemplateImport.Count]) -> String {
    guard !list.isEmpty else { return "" }
    var text = "\n\(title):\n"
    let widest = list.first.map { "\($0.count)".utf8.count } ?? 0
    for item in list.prefix(Self.shownCounts) {
      let number = "\(item.count)"
      text += "  " + String(repeating: " ", count: widest - number.utf8.count) + "\(number)  \(item.what)\n"
    }
    let rest = list.dropFirst(Self.shownCounts)
    if !rest.isEmpty { text += "  … \(rest.count) more names; --json lists all\n" }
    return text
  }

  private func line(_ refusal: TemplateImport.Refusal) -> String {
    let place = refusal.problem.location.map { "\($0): " } ?? ""
    return place + (refusal.name.isEmpty ? "" : "\(refusal.name): ") + refusal.problem.message
  }
}
