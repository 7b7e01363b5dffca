package import Bytes
package import Diversity
import Templates
package import YAML

/// What a corpus says that concerns its templates.
package struct CorpusFacts: Sendable {
  package struct Field: Sendable {
    package var name: String
    /// Where the description has it.
    package var node: YAMLNode?

    package init(name: String, node: YAMLNode?) {
      self.name = name
      self.node = node
    }
  }

  package var fields: [Field]
  /// Fields that the corpus itself needs, to group records or to tell them apart.
  package var ownFields: [String]
  package var languages: [String]

  package init(fields: [Field], ownFields: [String] = [], languages: [String] = []) {
    self.fields = fields
    self.ownFields = ownFields
    self.languages = languages
  }
}

/// The templates of one file, which are those of one task.
package struct LintedTask: Sendable {
  /// The folder's name, or the data set's.
  package var name: String
  package var path: String
  package var templates: [LintedTemplate] = []
  /// nil where no corpus is known.
  package var corpus: CorpusFacts?
  /// What is wrong with the file itself.
  var problems: [Finding] = []
  /// The file's text and nodes, where it is YAML at all.
  package private(set) var document: YAMLNode?
  /// For each entry of the file the lines that it takes.
  package private(set) var entryLines: [Range<Int>] = []
  /// Trigram similarities of the templates, in their order.
  package var similarities = SimilarityMatrix([[Int]]())
  package var families: [Int] = []

  /// Reads a file of templates; what is wrong with it becomes a finding.
  ///
  /// - Throws: when the file cannot be read at all.
  package static func load(
    _ path: String, name: String, corpus: CorpusFacts? = nil
  ) throws(Diagnostics) -> LintedTask {
    var task = LintedTask(name: name, path: path, corpus: corpus)
    var findings = FindingList()
    do throws(Diagnostics) {
      let document = try YAMLDocument.load(path: path)
      task.document = document
      task.read(TemplateFileContents(document), &findings)
    } catch {
      guard error.list.allSatisfy({ $0.cause == .input && $0.location != nil }) else { throw error }
      for problem in error.list { findings.add(.unreadable, problem) }
    }
    task.problems = findings.all
    return task
  }

  /// The same for a text in memory.
  package init(text: String, name: String, corpus: CorpusFacts? = nil) throws(Diagnostic) {
    self.init(name: name, path: "text", corpus: corpus)
    var findings = FindingList()
    do throws(Diagnostic) {
      let document = try YAMLDocument.parse(text)
      self.document = document
      read(TemplateFileContents(document), &findings)
    } catch {
      findings.add(.unreadable, error)
    }
    problems = findings.all
  }

  private init(name: String, path: String, corpus: CorpusFacts?) {
    self.name = name
    self.path = path
    self.corpus = corpus
  }

  private mutating func read(_ contents: TemplateFileContents, _ findings: inout FindingList) {
    for problem in contents.problems { findings.add(.unreadable, problem) }
    let starts = contents.entries.map(\.key.location.line)
    entryLines = starts.indices.map { starts[$0]..<($0 + 1 < starts.count ? starts[$0 + 1] : .max) }
    for entry in contents.entries {
      for problem in entry.problems {
        let isRepeat = entry.repeats.contains(problem)
        findings.add(isRepeat ? .repeatedName : .unreadable, problem, template: entry.name)
      }
      templates += entry.sources.map { LintedTemplate($0, node: entry.node) }
    }
    similarities = SimilarityMatrix(templates.map { TemplateWords($0.source) })
    families = TemplateFamilies.firstMembers(
      similarities, variantsOf: templates.map { $0.source.parent?.id })
  }
}
