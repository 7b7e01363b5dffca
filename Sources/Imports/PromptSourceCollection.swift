public import Bytes
import Templates
import YAML

extension TemplateImport {
  /// Reads a collection in PromptSource's format: every `templates.yaml` below a folder, or one such file.
  ///
  /// A template is taken over when it compiles in PromptSource's environment.
  ///
  /// - Throws: when there is no such file, or the path cannot be read.
  public static func promptsource(_ path: String) throws(Diagnostic) -> TemplateImport {
    let found = try filesFound(below: path) { $0 == "templates.yaml" }
    guard !found.isEmpty else {
      throw Diagnostic(
        "no templates.yaml below '\(path)'; name PromptSource's folder of templates, the package, or a file")
    }
    var result = TemplateImport()
    var index: [String: Int] = [:]
    for file in found { result.readPromptSource(file, &index) }
    result.sortTasks()
    return result
  }

  private mutating func readPromptSource(_ path: String, _ index: inout [String: Int]) {
    files += 1
    let contents: TemplateFileContents
    do throws(Diagnostics) {
      contents = TemplateFileContents(try YAMLDocument.load(path: path))
    } catch {
      for problem in error.list { refuse("the file cannot be read", "", problem) }
      return
    }
    for problem in contents.problems { refuse("the file cannot be read", "", problem) }
    found += contents.entries.count
    guard !contents.dataset.isEmpty else {
      let problem = Diagnostic(
        "missing key 'dataset'; the folder is named after it", at: SourceLocation(path: path))
      return refuse("the file cannot be read", "", problem)
    }
    // PromptSource 0.2.3 writes Python's None for two data sets without a subset.
    let subset = contents.subset == "None" ? nil : contents.subset
    for entry in contents.entries {
      for problem in entry.problems { refuse("the template cannot be read", entry.name, problem) }
      guard entry.problems.isEmpty else { continue }
      for source in entry.sources where compiles(source) {
        if let reason = add(source, dataset: contents.dataset, subset: subset, environment: nil, &index) {
          refuse(reason, source.name, Diagnostic("'\(source.name)': \(reason)", at: source.location))
        }
      }
    }
  }

  /// Whether the template compiles; what is wrong with it becomes a refusal.
  mutating func compiles(_ source: TemplateSource) -> Bool {
    do throws(Diagnostics) {
      _ = try CompiledTemplate.compile(source)
      return true
    } catch {
      guard let first = error.list.first else { return false }
      refuse("the template does not compile", source.name, first)
      return false
    }
  }
}
