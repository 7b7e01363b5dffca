import Bytes
import YAML

/// Walks a template's tree along every way that its conditions leave open.
struct AnatomyBuilder {
  private let folder: ConstantFolder
  private var dependencies: Dependencies
  private let divides: Bool
  private var isWhole = true
  private var isRepeated = false
  private static let mostWays = 128

  static func build(
    _ jinja: String, _ node: YAMLNode?, _ source: TemplateSource, _ environment: TemplateEnvironment,
    isChoices: Bool
  ) -> TemplateAnatomy {
    let text = TemplateText(jinja, keepsTrailingNewline: environment.lexicalRules.keepsTrailingNewline)
    let places = SourcePlaces(
      text, node: node, map: isChoices ? nil : source.jinjaPlaces, fallback: source.location)
    var anatomy = TemplateAnatomy(places: places)
    let parsed = Parser.parse(text, environment: environment)
    guard !parsed.lostStatement, parsed.failures.isEmpty else {
      anatomy.isWhole = false
      return anatomy
    }
    let compiler = Compiler(
      text, environment: environment, program: Program(), constantChoices: nil, isChecking: true)
    compiler.compile(parsed.statements)
    for (name, range) in compiler.freeNames {
      if name == "answer_choices" {
        anatomy.choiceUses.append(TemplateAnatomy.Use(name: name, range: range))
      } else if GlobalFunction(rawValue: name)?.exists(in: environment) != true {
        anatomy.fields.append(TemplateAnatomy.Use(name: name, range: range))
      }
    }
    anatomy.guardedNames = compiler.guardedNames
    parsed.statements.visitFilters { name, range in
      anatomy.filters.append(TemplateAnatomy.Use(name: name, range: range))
    }
    let divides = environment.dividesOutput && !isChoices
    if divides {
      anatomy.dividerProblems = DividerCheck(compiler.folder)
        .problems(of: parsed.statements, named: source.name).map { places.diagnostic($0.message, $0.range) }
    }
    let free = Set(compiler.freeNames.map(\.name))
    var builder = AnatomyBuilder(
      folder: compiler.folder, dependencies: Dependencies(parsed.statements, free: free),
      divides: divides)
    let states = builder.walk(parsed.statements, [State()])
    anatomy.ways = states.map(\.way)
    anatomy.isWhole = builder.isWhole && !(divides && parsed.statements.hidesDivider(isPlain: true))
    return anatomy
  }

  private init(folder: ConstantFolder, dependencies: Dependencies, divides: Bool) {
    self.folder = folder
    self.dependencies = dependencies
    self.divides = divides
  }

  /// A way so far, and what was decided on it.
  private struct State {
    var way = TemplateAnatomy.Way()
    var facts = ConditionFacts()
  }

  private mutating func walk(_ statements: [Statement], _ states: [State]) -> [State] {
    var states = states
    for statement in statements { states = walk(statement, states) }
    return states
  }

  private mutating func walk(_ statement: Statement, _ states: [State]) -> [State] {
    switch statement.kind {
    case .text(let string): return append(string, statement.range, to: states)
    case .output(let expression):
      return append(output(expression), statement.range, to: states)
    case .conditional(let branches, let otherwise): return walk(branches, otherwise, states)
    case .loop(let loop):
      let outer = isRepeated
      isRepeated = true
      defer { isRepeated = outer }
      return walk(loop.body, states)
    case .with(_, let body), .scope(let body), .autoescape(_, let body): return walk(body, states)
    case .block(let block): return walk(block.body, states)
    case .callBlock(let macro, let call):
      return append(joined([call], macro.body), statement.range, to: states)
    case .filterBlock(let filter, let body):
      return append(joined([filter], body), statement.range, to: states)
    case .external:
      isWhole = false
      return states
    case .assign, .assignBlock, .macro, .evaluate, .breakLoop, .continueLoop: return states
    }
  }

  private mutating func walk(
    _ branches: [(test: Expression, body: [Statement])], _ otherwise: [Statement], _ states: [State]
  ) -> [State] {
    var open = states
    var ends: [State] = []
    for (test, body) in branches {
      let known = folder.truth(of: test)
      let condition = Condition(test)
      var taken: [State] = []
      var passed: [State] = []
      for state in open {
        let decided = known ?? state.facts.truth(of: condition)
        if decided != false {
          var state = state
          state.facts.note(condition, true)
          taken.append(state)
        }
        if decided != true {
          var state = state
          state.facts.note(condition, false)
          passed.append(state)
        }
      }
      ends += taken.isEmpty ? [] : walk(body, taken)
      open = passed
    }
    ends += open.isEmpty ? [] : walk(otherwise, open)
    guard ends.count > Self.mostWays else { return ends }
    isWhole = false
    return Array(ends.prefix(Self.mostWays))
  }

  private func append(_ string: String, _ range: Range<Int>, to states: [State]) -> [State] {
    guard divides, let divider = string.utf8.firstRange(of: "|||".utf8) else {
      let piece = TemplateAnatomy.Piece(content: .text(string), range: range, isRepeated: isRepeated)
      return states.map { append(piece, to: $0) }
    }
    let before = String(string[..<divider.lowerBound])
    let after = String(string[divider.upperBound...])
    let middle = range.lowerBound + before.utf8.count
    let first = append(before, range.lowerBound..<middle, to: states)
    let divided = first.map { state in
      var state = state
      state.way.hasTarget = true
      return state
    }
    return append(after, middle + 3..<range.upperBound, to: divided)
  }

  private func append(_ output: TemplateAnatomy.Output, _ range: Range<Int>, to states: [State]) -> [State] {
    let piece = TemplateAnatomy.Piece(content: .expression(output), range: range, isRepeated: isRepeated)
    return states.map { append(piece, to: $0) }
  }

  private func append(_ piece: TemplateAnatomy.Piece, to state: State) -> State {
    if let text = piece.text, text.isEmpty { return state }
    var state = state
    if state.way.hasTarget { state.way.target.append(piece) } else { state.way.input.append(piece) }
    return state
  }

  private func output(_ expression: Expression) -> TemplateAnatomy.Output {
    var output = joined([expression], [])
    output.source = expression.signature
    output.constant = folder.text(of: expression)
    output.choices = dependencies.choiceUse(expression)
    // An item that changes with each round of a loop is all of them in the end.
    if isRepeated, output.choices == .chosen { output.choices = .list }
    if case .name(let name) = expression.kind, output.fields == [name] { output.plainField = name }
    return output
  }

  private func joined(_ expressions: [Expression], _ body: [Statement]) -> TemplateAnatomy.Output {
    let names = dependencies.fields(expressions, body)
    return TemplateAnatomy.Output(
      source: "", fields: names.filter { $0 != "answer_choices" }.sorted(),
      choices: names.contains("answer_choices") ? .list : .none)
  }
}
