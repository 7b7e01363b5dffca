package import Bytes

/// What a template puts out and reads, as far as its source tells: what rules about templates ask for.
package struct TemplateAnatomy: Sendable {
  /// A text or an expression that is put out.
  package struct Piece: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
      case text(String)
      case expression(Output)
    }

    package var content: Content
    /// Bytes of the template's text, for `TemplateAnatomy.place`.
    package var range: Range<Int>
    /// Whether it stands in a loop and may come out many times.
    package var isRepeated = false

    package var text: String? {
      if case .text(let text) = content { return text }
      return nil
    }

    package var output: Output? {
      if case .expression(let output) = content { return output }
      return nil
    }
  }

  /// An expression that is put out.
  package struct Output: Sendable, Hashable {
    /// The expression written in one way: equal texts mean equal expressions.
    package var source: String
    /// Fields that the value depends on, through variables too, sorted.
    package var fields: [String]
    package var choices: ChoiceUse
    /// What comes out whatever the record is.
    package var constant: String?
    /// The field, where the expression is nothing but its name.
    package var plainField: String?
  }

  /// How an expression reads the answer choices.
  package enum ChoiceUse: Sendable, Hashable {
    case none
    /// The item at a place that is written out; negative ones count from the end.
    case item(Int)
    /// An item whose place depends on the record.
    case chosen
    /// All of them: joined, looped over, printed.
    case list
  }

  /// One way through the template's conditions.
  package struct Way: Sendable {
    package var input: [Piece] = []
    /// What stands behind the first `|||`.
    package var target: [Piece] = []
    package var hasTarget = false
  }

  /// A name or a filter that the source uses.
  package struct Use: Sendable, Hashable {
    package var name: String
    package var range: Range<Int>
  }

  /// The ways in the order of the source; empty where the template cannot be read.
  package internal(set) var ways: [Way] = []
  /// Whether `ways` are all ways, and the divider stands where they have it.
  package internal(set) var isWhole = true
  /// Names that come from the record, wherever they are read; `answer_choices` and functions are none.
  package internal(set) var fields: [Use] = []
  /// Names that the template asks about with `is defined` or gives a default.
  package internal(set) var guardedNames: Set<String> = []
  package internal(set) var filters: [Use] = []
  /// Where the answer choices are read.
  package internal(set) var choiceUses: [Use] = []
  /// What is wrong with the dividers `|||`.
  package internal(set) var dividerProblems: [Diagnostic] = []
  let places: SourcePlaces

  init(places: SourcePlaces) { self.places = places }

  /// A finding at a range of the template's text, with its line.
  package func place(_ message: String, _ range: Range<Int>) -> Diagnostic {
    places.diagnostic(message, range)
  }

  /// The bytes of the file that a range of the template's text was written as; nil for a template in memory.
  package func fileRange(_ range: Range<Int>) -> Range<Int>? { places.fileRange(range) }
}

extension TemplateAnatomy {
  /// Takes a template apart.
  package init(_ source: TemplateSource, environment: TemplateEnvironment? = nil) {
    let environment = environment ?? source.environment ?? .promptsource
    self = withDeepStack {
      AnatomyBuilder.build(source.jinja, source.jinjaNode, source, environment, isChoices: false)
    }
  }

  /// Takes the answer choices of a template apart; nil where it has none.
  package static func ofChoices(_ source: TemplateSource) -> TemplateAnatomy? {
    guard let choices = source.answerChoices else { return nil }
    let environment = source.environment ?? .promptsource
    return withDeepStack {
      AnatomyBuilder.build(choices, source.answerChoicesNode, source, environment, isChoices: true)
    }
  }
}
