/// Walks statements and expressions for the names that one scope reads and writes; inner scopes are left to
/// their own analysis.
extension Symbols {
  func analyze(_ statements: [Statement]) { analyze(statements, into: self) }

  private func analyze(_ statements: [Statement], into symbols: Symbols) {
    for statement in statements { analyze(statement, into: symbols) }
  }

  private func analyze(_ statement: Statement, into symbols: Symbols) {
    switch statement.kind {
    case .text, .breakLoop, .continueLoop, .external, .block, .scope, .autoescape: break
    case .output(let value), .evaluate(let value): symbols.analyze(value)
    case .conditional(let branches, let otherwise): analyze(branches, otherwise, into: symbols)
    case .loop(let loop): symbols.analyze(loop.iterable)
    case .assign(let target, let value):
      symbols.analyze(value)
      symbols.analyze(target)
    case .assignBlock(let target, let filter, _):
      if let filter { symbols.analyze(filter) }
      symbols.analyze(target)
    case .with(let values, _): for (_, value) in values { symbols.analyze(value) }
    case .macro(let macro): symbols.store(macro.name ?? "")
    case .callBlock(_, let call): symbols.analyze(call)
    case .filterBlock(let filter, _): symbols.analyze(filter)
    }
  }

  private func analyze(
    _ branches: [(test: Expression, body: [Statement])], _ otherwise: [Statement], into symbols: Symbols
  ) {
    guard let first = branches.first else { return }
    symbols.analyze(first.test)
    let body = symbols.copy()
    analyze(first.body, into: body)
    // Each `elif` is an `if` of its own, and all of them make one branch.
    let chain = symbols.copy()
    for branch in branches.dropFirst() { analyze([branch], [], into: chain) }
    let last = symbols.copy()
    analyze(otherwise, into: last)
    symbols.merge([body, chain, last])
  }

  func analyze(_ target: Target) {
    switch target {
    case .name(let name, _): store(name)
    case .namespace(let name, _, _): read(name)
    case .tuple(let targets, _): for target in targets { analyze(target) }
    }
  }

  func declare(_ target: Target) {
    switch target {
    case .name(let name, _): declareParameter(name)
    case .namespace(let name, _, _): read(name)
    case .tuple(let targets, _): for target in targets { declare(target) }
    }
  }

  func analyze(_ expression: Expression) {
    expression.visitNames { name, _ in read(name) }
  }

  /// A macro's own scope.
  func analyze(_ macro: Macro) {
    for (name, _) in macro.parameters { declareParameter(name) }
    for value in macro.defaults { analyze(value) }
    analyze(macro.body)
  }
}

extension Expression {
  /// Calls the closure with every name that is read, in the order of the source.
  func visitNames(_ visit: (String, Range<Int>) -> Void) {
    if case .name(let name) = kind { visit(name, range) }
    for child in children { child.visitNames(visit) }
  }

  var isLiteral: Bool {
    if case .constant = kind { return true }
    return false
  }

  var children: [Expression] {
    switch kind {
    case .constant, .name: []
    case .tuple(let items), .list(let items), .concatenation(let items): items
    case .dictionary(let pairs): pairs.flatMap { [$0.key, $0.value] }
    case .attribute(let value, _): [value]
    case .item(let value, let key): [value, key]
    case .slice(let start, let stop, let step): [start, stop, step].compactMap(\.self)
    case .call(let callee, let arguments): [callee] + arguments.expressions
    case .filter(let operand, _, let arguments): (operand.map { [$0] } ?? []) + arguments.expressions
    case .test(let operand, _, let arguments): [operand] + arguments.expressions
    case .unary(_, let operand): [operand]
    case .binary(_, let left, let right), .and(let left, let right), .or(let left, let right): [left, right]
    case .compare(let first, let rest): [first] + rest.map(\.1)
    case .conditional(let test, let then, let otherwise): [test, then] + (otherwise.map { [$0] } ?? [])
    }
  }
}

extension Arguments {
  var expressions: [Expression] {
    positional + keywords.map(\.value) + [spread, keywordSpread].compactMap(\.self)
  }
}
