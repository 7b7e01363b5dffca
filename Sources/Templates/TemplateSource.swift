public import Bytes
package import YAML

/// One template as its file has it, not yet compiled.
public struct TemplateSource: Sendable {
  public var id: String
  public var name: String
  /// Jinja; in PromptSource's environment `input ||| target`.
  public var jinja: String
  /// Jinja that gives the choices, divided by `|||` (in lm-eval: as a Python list); nil where the template has
  /// none.
  public var answerChoices: String?
  /// In lm-eval, Jinja that gives the target; elsewhere the target stands in `jinja`.
  public var target: String?
  /// What the file says the template is written for; nil where it says nothing.
  public var environment: TemplateEnvironment?
  public var reference: String
  /// Whether the input lists the choices.
  public var choicesInPrompt: Bool
  /// BCP 47 tags.
  public var languages: [String]
  public var metrics: [String]
  /// Whether the template states the task of the data set rather than another made of the same fields; nil
  /// where the file does not say.
  public var originalTask: Bool?
  /// How the template puts the task; nil: as an instruction like any other.
  public var style: Style?
  /// Regular expressions that read the answer out of a reply: the first that matches, of it the first group.
  public var extract: [String] = []
  /// The task in smaller units; empty: the template asks once.
  public var steps: [TemplateStep] = []
  /// Words by which recipes may name several templates at once.
  public var tags: [String] = []
  /// What the template is a variant of; variants of one parent are of one family. nil for most templates.
  public var parent: Parent?
  /// Where the Jinja text stands.
  public var location: SourceLocation
  /// The scalars of the file, for exact positions of errors; nil for a template made in memory.
  package var jinjaNode: YAMLNode?
  /// For each byte of `jinja` its byte in the text of `jinjaNode`; nil where they are the same.
  package var jinjaPlaces: [Int]?
  package var answerChoicesNode: YAMLNode?
  package var targetNode: YAMLNode?

  public enum Style: String, Sendable, Hashable, CaseIterable {
    /// Few words.
    case succinct
    /// As one person talks to another.
    case conversational
    /// Asks for the task's input, given its output.
    case inverted
  }

  public init(
    id: String, name: String, jinja: String, answerChoices: String? = nil, reference: String = "",
    choicesInPrompt: Bool = false, languages: [String] = [], metrics: [String] = [],
    originalTask: Bool? = nil, location: SourceLocation
  ) {
    self.id = id
    self.name = name
    self.jinja = jinja
    self.answerChoices = answerChoices
    self.reference = reference
    self.choicesInPrompt = choicesInPrompt
    self.languages = languages
    self.metrics = metrics
    self.originalTask = originalTask
    self.location = location
  }
}
