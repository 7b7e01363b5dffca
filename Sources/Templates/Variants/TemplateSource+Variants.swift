import Bytes
import YAML

extension TemplateSource {
  /// The template that a template is a variant of.
  public struct Parent: Sendable, Hashable {
    public var id: String
    public var name: String

    public init(id: String, name: String) {
      self.id = id
      self.name = name
    }
  }

  /// Templates that one grammar may stand for without a limit.
  static let mostVariants = 256
  /// The largest limit.
  static let mostKept = 1_024
  /// Ways through a grammar from which a limited number is chosen.
  static let mostChoices = 65_536

  /// The variants of this template that a phrase grammar stands for, in the order of its alternatives.
  ///
  /// A variant's id is made from this template's id and from the alternatives taken, so it stays what it is
  /// when alternatives are added, removed or put in another order.
  ///
  /// - Parameters:
  ///   - node: the grammar.
  ///   - limit: how many variants to keep; those whose keys, made from their ids, come first.
  /// - Returns: nothing, with problems told at their places, when the grammar is wrong or too large.
  func variants(_ node: YAMLNode, limit: Int?, _ problems: ProblemList) -> [TemplateSource] {
    guard let text = node.text else {
      problems.add(node.error("'variants' must be a text, found \(node.description)"))
      return []
    }
    let grammar: PhraseGrammar
    do throws(PhraseGrammarFailure) {
      grammar = try PhraseGrammarParser.parse(text)
    } catch {
      let places = SourcePlaces(
        TemplateText(text, keepsTrailingNewline: true), node: node, fallback: node.location)
      problems.add(places.diagnostic(error.message, error.range))
      return []
    }
    let count = grammar.count
    guard count <= (limit == nil ? Self.mostVariants : Self.mostChoices) else {
      let found = count == .max ? "more than can be counted" : "\(count)"
      let hint =
        limit == nil
        ? "\(Self.mostVariants) at most; take out alternatives, or add 'limit' to keep some of them"
        : "\(Self.mostChoices) at most, of which 'limit' keeps some; take out alternatives"
      problems.add(node.error("the variants are \(found); expected \(hint)"))
      return []
    }
    return spread(grammar, limit, node, problems)
  }

  private func spread(
    _ grammar: PhraseGrammar, _ limit: Int?, _ node: YAMLNode, _ problems: ProblemList
  ) -> [TemplateSource] {
    var chosen = (0..<grammar.count).map { (number: $0, id: nameUUID([id] + grammar.variant($0).chosen)) }
    if let limit, chosen.count > limit {
      let keyed = chosen.map { (key: SeedKey(seed: 0).part($0.id).value, variant: $0) }
      let first = keyed.sorted { ($0.key, $0.variant.number) < ($1.key, $1.variant.number) }.prefix(limit)
      chosen = first.map(\.variant).sorted { $0.number < $1.number }
    }
    var known: Set<[UInt8]> = []
    return chosen.compactMap { number, id in
      let variant = grammar.variant(number)
      guard known.insert(variant.text.bytes).inserted else {
        problems.add(
          node.error("two variants are the same text '\(variant.string)'; make the alternatives differ"))
        return nil
      }
      var source = self
      source.parent = Parent(id: self.id, name: name)
      source.id = id
      source.name = "\(name)/\(id.prefix(8))"
      source.jinja = variant.string
      source.jinjaNode = node
      source.jinjaPlaces = variant.text.places
      source.location = node.location
      return source
    }
  }
}
