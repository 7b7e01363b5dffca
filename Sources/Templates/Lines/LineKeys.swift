public import Bytes

/// Which keys the lines of `phrasebook render` have. Their order is always the same.
public struct LineKeys: Sendable, Equatable {
  /// The record's id.
  public var record = true
  /// The template's name.
  public var template = true
  /// One `target`, the first one, in place of the list `targets`.
  public var onlyFirstTarget = false
  public var choices = true

  static let all = ["record", "template", "input", "targets", "target", "choices"]

  /// All of them, with `targets`.
  public init() {}

  /// - Parameter list: names with commas between: `input`, either `target` or `targets`, and what else is wanted of
  ///   `record`, `template` and `choices`.
  public init(_ list: String) throws(Diagnostic) {
    let names = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for (place, name) in names.enumerated() {
      guard Self.all.contains(name) else {
        throw Diagnostic(
          "unknown key '\(name)'\(suggestion(for: name, among: Self.all)); expected some of "
            + Self.all.joined(separator: ", ") + ", with commas between")
      }
      guard !names[..<place].contains(name) else {
        throw Diagnostic("the key '\(name)' is named twice")
      }
    }
    guard names.contains("input") else { throw Diagnostic("the keys '\(list)' lack 'input'") }
    guard names.contains("target") != names.contains("targets") else {
      throw Diagnostic(
        "the keys '\(list)' need either 'target', the first target alone, or 'targets', a list")
    }
    record = names.contains("record")
    template = names.contains("template")
    onlyFirstTarget = names.contains("target")
    choices = names.contains("choices")
  }

  /// What a line begins with; the id's 32 digits go where the zeros are.
  var opening: String { record ? "{\"record\":\"\(String(repeating: "0", count: 32))\"," : "{" }

  /// What stands between input and targets, and behind the targets.
  var firstTarget: StaticString { onlyFirstTarget ? "\",\"target\":\"" : "\",\"targets\":[\"" }
  var lastTarget: StaticString { onlyFirstTarget ? "\"" : "\"]" }
  var noTarget: StaticString { onlyFirstTarget ? "\",\"target\":null" : "\",\"targets\":[]" }
}
