/// The three sets of examples that a mixture holds for evaluation (DESIGN section 6); records are unseen in
/// all of them.
public enum EvaluationCell: String, Sendable, Hashable, CaseIterable {
  /// Templates that training used.
  case seenTemplates = "seen_templates"
  /// Templates of trained tasks that training never used; the same records as in `seenTemplates`.
  case unseenTemplates = "unseen_templates"
  /// Tasks that training never met, in all their templates.
  case unseenTasks = "unseen_tasks"

  /// The cell's file in a mixture's folder.
  public func path(in folder: String) -> String { "\(folder)/evaluation/\(rawValue).jsonl" }
}
