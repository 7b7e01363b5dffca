/// Finds which special names (`loop`, `caller` …) a body reads before it writes them
/// (jinja2.compiler.find_undeclared).
struct UndeclaredNames {
  private var wanted: Set<String>
  private(set) var found: Set<String> = []

  static func find(_ names: Set<String>, in body: [Statement]) -> Set<String> {
    var finder = UndeclaredNames(wanted: names)
    finder.visit(body)
    return finder.found
  }

  private init(wanted: Set<String>) { self.wanted = wanted }

  private mutating func visit(_ body: [Statement]) {
    for statement in body { visit(statement) }
  }

  private mutating func visit(_ value: Expression) {
    value.visitNames { name, _ in if wanted.contains(name) { found.insert(name) } }
  }

  private mutating func visit(_ target: Target) {
    switch target {
    case .name(let name, _): wanted.remove(name)
    case .namespace: break
    case .tuple(let targets, _): for target in targets { visit(target) }
    }
  }

  private mutating func visit(_ macro: Macro) {
    for (name, _) in macro.parameters { wanted.remove(name) }
    for value in macro.defaults { visit(value) }
    visit(macro.body)
  }

  private mutating func visit(_ statement: Statement) {
    switch statement.kind {
    case .text, .breakLoop, .continueLoop, .external, .block: break
    case .output(let value), .evaluate(let value): visit(value)
    case .conditional(let branches, let otherwise):
      for (test, body) in branches {
        visit(test)
        visit(body)
      }
      visit(otherwise)
    case .loop(let loop):
      visit(loop.target)
      visit(loop.iterable)
      visit(loop.body)
      visit(loop.otherwise)
      if let test = loop.test { visit(test) }
    case .assign(let target, let value):
      visit(target)
      visit(value)
    case .assignBlock(let target, let filter, let body):
      visit(target)
      if let filter { visit(filter) }
      visit(body)
    case .with(let values, let body):
      for (target, _) in values { visit(target) }
      for (_, value) in values { visit(value) }
      visit(body)
    case .macro(let macro): visit(macro)
    case .callBlock(let macro, let call):
      visit(call)
      visit(macro)
    case .filterBlock(let filter, let body):
      visit(body)
      visit(filter)
    case .autoescape(let flag, let body):
      visit(flag)
      visit(body)
    case .scope(let body): visit(body)
    }
  }
}

extension [Statement] {
  /// Every block in the statements, however deep.
  var blocks: [(block: Block, range: Range<Int>)] {
    flatMap { statement -> [(block: Block, range: Range<Int>)] in
      if case .block(let block) = statement.kind { return [(block, statement.range)] + block.body.blocks }
      return statement.bodies.flatMap(\.blocks)
    }
  }

  /// Where a name is assigned by `set`, `with` or a loop, however deep.
  func assignment(of name: String) -> Range<Int>? {
    for statement in self {
      for target in statement.targets { if let range = target.place(of: name) { return range } }
      for body in statement.bodies { if let range = body.assignment(of: name) { return range } }
    }
    return nil
  }
}

extension Statement {
  var bodies: [[Statement]] {
    switch kind {
    case .conditional(let branches, let otherwise): branches.map(\.body) + [otherwise]
    case .loop(let loop): [loop.body, loop.otherwise]
    case .assignBlock(_, _, let body), .with(_, let body), .filterBlock(_, let body),
      .autoescape(_, let body), .scope(let body):
      [body]
    case .macro(let macro), .callBlock(let macro, _): [macro.body]
    case .block(let block): [block.body]
    default: []
    }
  }

  var targets: [Target] {
    switch kind {
    case .loop(let loop): [loop.target]
    case .assign(let target, _), .assignBlock(let target, _, _): [target]
    default: []
    }
  }
}

extension Target {
  func place(of name: String) -> Range<Int>? {
    switch self {
    case .name(let other, let range): other == name ? range : nil
    case .namespace: nil
    case .tuple(let targets, _): targets.lazy.compactMap { $0.place(of: name) }.first
    }
  }
}
