/// A record rendered through a template, with where it came from; a line of a mixture.
public struct Example: Sendable, Hashable {
  public var input: String
  /// The first target; what training teaches.
  public var target: String
  /// Further targets that count as right; empty in most tasks.
  public var alternatives: [String]
  /// How the answer is found, where an exemplar tells; nil for most.
  public var rationale: String?
  /// Answer choices in their order; empty where the template has none.
  public var choices: [String]
  public var task: String
  /// The template's id.
  public var template: String
  /// The record's id, 32 hexadecimal digits.
  public var record: String
  /// The place in the mixture or evaluation cell, from 0.
  public var index: Int

  public init(
    input: String, target: String, alternatives: [String] = [], choices: [String] = [], task: String,
    template: String, record: String, index: Int
  ) {
    self.input = input
    self.target = target
    self.alternatives = alternatives
    self.choices = choices
    self.task = task
    self.template = template
    self.record = record
    self.index = index
  }
}
