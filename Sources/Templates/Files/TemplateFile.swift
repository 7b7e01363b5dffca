public import Bytes
import YAML

/// Reads files in PromptSource's format: `templates:` holds `!Template` mappings under their UUIDs.
public enum TemplateFile {
  /// The templates of a file in its order.
  ///
  /// - Throws: everything that is wrong with the file at once: unknown keys, missing ones, wrong types, ids
  ///   and names that occur twice.
  public static func load(_ path: String) throws(Diagnostics) -> [TemplateSource] {
    let contents = TemplateFileContents(try YAMLDocument.load(path: path))
    let problems = ProblemList()
    for problem in contents.problems + contents.entries.flatMap(\.problems) { problems.add(problem) }
    try problems.throwIfAny()
    return contents.entries.flatMap(\.sources)
  }
}
