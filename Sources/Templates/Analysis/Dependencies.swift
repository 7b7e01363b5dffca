/// Which fields the variables of a template get their values from, whatever the order of statements.
struct Dependencies {
  /// For each variable and macro the names that its values are made from.
  private var sources: [String: Set<String>] = [:]
  /// Variables of loops, whose values are items of what they run over.
  private var loopVariables: [String: Expression] = [:]
  /// Names that come from the record somewhere.
  private let free: Set<String>

  init(_ statements: [Statement], free: Set<String>) {
    self.free = free
    collect(statements)
  }

  /// The fields that expressions and statements depend on; `answer_choices` counts as one.
  func fields(_ expressions: [Expression], _ body: [Statement]) -> Set<String> {
    var open = names(expressions).union(names(body))
    var seen: Set<String> = []
    var found: Set<String> = []
    while let name = open.popFirst() {
      guard seen.insert(name).inserted else { continue }
      if let made = sources[name] { open.formUnion(made) }
      if free.contains(name) { found.insert(name) }
    }
    return found
  }

  /// How an expression reads the answer choices.
  func choiceUse(_ expression: Expression) -> TemplateAnatomy.ChoiceUse {
    switch expression.kind {
    case .name("answer_choices"): return .list
    case .name(let name):
      guard fields([expression], []).contains("answer_choices") else { return .none }
      // A variable that runs over the choices lists them; another holds one of them.
      return loopVariables[name] != nil ? .list : .chosen
    case .item(let receiver, let key):
      guard case .name("answer_choices") = receiver.kind else { break }
      switch key.kind {
      case .constant(.integer(let place)): return .item(place)
      case .unary(.negative, let operand):
        guard case .constant(.integer(let place)) = operand.kind, place < 1_000 else { return .chosen }
        return .item(-place)
      case .slice: return .list
      default: return .chosen
      }
    case .filter(let operand?, let filter, _):
      let use = choiceUse(operand)
      if use == .list, ["length", "count"].contains(filter) { return .none }
      if use == .list, ["choice", "random"].contains(filter) { return .chosen }
      if use == .list, filter == "first" || filter == "last" { return .item(filter == "first" ? 0 : -1) }
      if use != .none { return use }
    default: break
    }
    let uses = expression.children.map(choiceUse)
    if uses.contains(.list) { return .list }
    return uses.first { $0 != .none } ?? .none
  }

  private func names(_ expressions: [Expression]) -> Set<String> {
    var names: Set<String> = []
    for expression in expressions { expression.visitNames { name, _ in names.insert(name) } }
    return names
  }

  private func names(_ body: [Statement]) -> Set<String> {
    body.reduce(into: []) { all, statement in
      all.formUnion(names(statement.expressions))
      for body in statement.bodies { all.formUnion(names(body)) }
    }
  }

  private mutating func collect(_ statements: [Statement]) {
    for statement in statements {
      switch statement.kind {
      case .assign(let target, let value): note(target, names([value]))
      case .assignBlock(let target, let filter, let body):
        note(target, names(filter.map { [$0] } ?? []).union(names(body)))
      case .with(let values, _): for (target, value) in values { note(target, names([value])) }
      case .loop(let loop):
        note(loop.target, names([loop.iterable]))
        for name in loop.target.names { loopVariables[name] = loop.iterable }
      case .macro(let macro): sources[macro.name ?? "", default: []].formUnion(names(macro.body))
      default: break
      }
      for body in statement.bodies { collect(body) }
    }
  }

  private mutating func note(_ target: Target, _ names: Set<String>) {
    for name in target.variables { sources[name, default: []].formUnion(names) }
  }
}

extension Target {
  /// The variables that it writes; for an attribute of a namespace the namespace.
  fileprivate var variables: [String] {
    switch self {
    case .name(let name, _), .namespace(let name, _, _): [name]
    case .tuple(let targets, _): targets.flatMap(\.variables)
    }
  }
}

extension [Statement] {
  /// Calls the closure with every filter, in the order of the source.
  func visitFilters(_ visit: (String, Range<Int>) -> Void) {
    for statement in self {
      for expression in statement.expressions { expression.visitFilters(visit) }
      for body in statement.bodies { body.visitFilters(visit) }
    }
  }
}

extension Expression {
  fileprivate func visitFilters(_ visit: (String, Range<Int>) -> Void) {
    for child in children { child.visitFilters(visit) }
    if case .filter(_, let name, _) = kind { visit(name, range) }
  }
}
