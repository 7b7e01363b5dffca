import Bytes
import JSON
import Mixtures

/// Reads a built mixture again and holds it against what its manifest promises; `audit.json` in the folder tells
/// the figures.
///
/// - Parameter similarity: from which MinHash makes two records near-duplicates; nil: what the recipe said, else
///   0.8.
/// - Returns: the figures, and whether nothing was found wrong.
/// - Throws: a `Diagnostic` for a folder that is not complete.
public func auditMixture(
  folder: String, similarity: Double? = nil, in session: Session
) throws -> (result: CommandResult, isClean: Bool) {
  var audit = try MixtureAudit(folder, similarity: similarity)
  try audit.run { done, total in session.progress.update("audit: \(done) of \(total) examples") }
  session.progress.note("audit: \(audit.count) findings in \(folder)")
  var file = try AtomicFile(path: folder + "/audit.json")
  try file.write(JSONText.document(audit.value))
  _ = try file.commit()
  let width = audit.lines.map(\.name.count).max() ?? 0
  var text = audit.lines.map { line in
    line.name + String(repeating: " ", count: width + 2 - line.name.count) + line.figure + "\n"
  }.joined()
  text += audit.isClean ? "nothing found wrong\n" : audit.problems.map { "wrong: \($0)\n" }.joined()
  let (json, whole) = (JSONText.document(audit.value), text)
  return (CommandResult(json: json) { _, _ in whole }, audit.isClean)
}
