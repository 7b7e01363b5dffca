/// How an example puts its task.
public enum ExampleForm: String, Sendable, Hashable, CaseIterable {
  /// An instruction, as most are.
  case plain
  /// Solved examples first (`FewShot`).
  case fewShot = "few_shot"
  /// The task's name and its fields in place of an instruction: `rte premise: … hypothesis: …` (Raffel et al.
  /// 2020).
  case tagged
  /// A template that asks for the input, given the output.
  case inverted
  case conversational
  case succinct
}

/// What share of each task's examples a form gets; plain ones get the rest.
public struct FormShare: Sendable, Hashable {
  public var form: ExampleForm
  /// Above 0, below 1.
  public var share: Double

  public init(_ form: ExampleForm, share: Double) {
    self.form = form
    self.share = share
  }
}

/// How exemplars are chosen for the form `few_shot`.
public struct FewShot: Sendable, Hashable {
  /// A number of exemplars, at least 1, and how often it is drawn, relative to the others.
  public struct Shots: Sendable, Hashable {
    public var number: Int
    public var weight: Double

    public init(number: Int, weight: Double) {
      self.number = number
      self.weight = weight
    }
  }

  public var shots: [Shots] = [
    Shots(number: 1, weight: 1), Shots(number: 2, weight: 1), Shots(number: 4, weight: 1),
  ]
  /// Whether every exemplar is rendered through a template of its own, or all through the example's.
  public var mixesTemplates = false

  public init() {}
}
