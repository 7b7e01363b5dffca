internal import Bytes
package import YAML

/// A smaller unit that a template's task is divided into: a prompt of its own, whose answer the next may use.
public struct TemplateStep: Sendable {
  /// What later steps call the answer by.
  public var name: String
  /// Sees the record's fields, `answer_choices`, the answers of earlier steps by their names and, in a loop, `item`.
  public var jinja: String
  /// A field or an earlier step: the step runs once for each of its items, or lines where it is a text; nil: once.
  public var loop: String?
  package var jinjaNode: YAMLNode?
  package var node: YAMLNode?

  public init(name: String, jinja: String, loop: String? = nil) {
    self.name = name
    self.jinja = jinja
    self.loop = loop
  }

  /// What a loop calls its items.
  public static let item = "item"
}
