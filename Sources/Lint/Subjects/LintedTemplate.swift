import Bytes
import Records
package import Templates
package import YAML

/// A template as the rules see it: taken apart, with the place of each of its keys.
package struct LintedTemplate: Sendable {
  package let source: TemplateSource
  /// Of the prompt.
  package let anatomy: TemplateAnatomy
  /// Of the answer choices; nil where there are none.
  package let choicesAnatomy: TemplateAnatomy?
  /// Of lm-eval's own key for the target; nil elsewhere.
  package let targetAnatomy: TemplateAnatomy?
  /// The template's mapping in the file.
  let node: YAMLNode
  /// Choices that are the same for every record.
  package let constantChoices: [String]?
  /// What keeps it from being compiled, dividers and choices apart.
  let problems: [Diagnostic]

  package init(_ source: TemplateSource, node: YAMLNode) {
    self.source = source
    self.node = node
    anatomy = TemplateAnatomy(source)
    choicesAnatomy = TemplateAnatomy.ofChoices(source)
    targetAnatomy = source.target.map { target in
      var alone = source
      alone.jinja = target
      alone.jinjaNode = source.targetNode
      alone.jinjaPlaces = nil
      return TemplateAnatomy(alone)
    }
    // With every name known as a field, what is left to tell is wrong whatever the corpus.
    let names = [anatomy, choicesAnatomy, targetAnatomy].flatMap { ($0?.fields ?? []).map(\.name) }
    let told =
      anatomy.dividerProblems.map(\.location)
      + anatomy.choiceUses.map { [anatomy] in
        anatomy.place("", $0.range).location
      }
    do throws(Diagnostics) {
      constantChoices = try CompiledTemplate.compile(source, schema: names.asSchema).constantChoices
      problems = []
    } catch {
      constantChoices = nil
      problems = error.list.filter { !told.contains($0.location) || $0.location == nil }
    }
  }

  var name: String { source.parent?.name ?? source.name }
  var divides: Bool { (source.environment ?? .promptsource) == .promptsource }
  var isHarness: Bool { source.environment == .lmEval }
  var ways: [TemplateAnatomy.Way] { anatomy.ways }

  /// The targets on each way, with what tells their places.
  var targets: [(pieces: [TemplateAnatomy.Piece], anatomy: TemplateAnatomy)] {
    if let targetAnatomy { return targetAnatomy.ways.map { ($0.input, targetAnatomy) } }
    return ways.filter(\.hasTarget).map { ($0.target, anatomy) }
  }

  /// Every piece of an input once, in the order of the source.
  var inputPieces: [TemplateAnatomy.Piece] { Self.unique(ways.flatMap(\.input)) }
  var allPieces: [TemplateAnatomy.Piece] { Self.unique(ways.flatMap { $0.input + $0.target }) }

  private static func unique(_ pieces: [TemplateAnatomy.Piece]) -> [TemplateAnatomy.Piece] {
    var met: Set<TemplateAnatomy.Piece> = []
    return pieces.filter { met.insert($0).inserted }.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// A key of the template's mapping, or one below another.
  func key(_ path: String...) -> YAMLNode? {
    path.reduce(node as YAMLNode?) { $0?.child($1) }
  }

  /// A finding about the template as a whole, at its name.
  func aboutAll(_ message: String) -> Diagnostic { (key("name") ?? node).error(message) }
}

extension [String] {
  fileprivate var asSchema: Schema { Schema(fields: self) }
}

extension YAMLNode {
  /// The value of a key of a mapping; nil where there is none.
  package func child(_ name: String) -> YAMLNode? {
    guard case .mapping(let pairs) = kind else { return nil }
    return pairs.first { $0.key.text == name }?.value
  }
}
