/// Statements.
extension Compiler {
  func compile(_ statements: [Statement], _ scope: Scope) {
    for statement in statements { compile(statement, scope) }
  }

  private func compile(_ statement: Statement, _ scope: Scope) {
    guard mayDescend(statement.range) else { return }
    let range = statement.range
    let function = scope.function
    switch statement.kind {
    case .text(let string): emitText(string, range, function)
    case .output(let value): output(value, range, scope)
    case .evaluate(let value):
      compile(value, scope)
      emit(.pop, range, function)
    case .conditional(let branches, let otherwise): conditional(branches, otherwise, range, scope)
    case .loop(let loop): self.loop(loop, range, scope)
    case .assign(let target, let value): assign(target, value, range, scope)
    case .assignBlock(let target, let filter, let body): assignBlock(target, filter, body, range, scope)
    case .with(let values, let body): with(values, body, range, scope)
    case .macro(let macro):
      emit(.macro(self.macro(macro, scope)), range, function)
      store(.name(macro.name ?? "", range), scope)
      export([macro.name ?? ""], scope)
    case .callBlock(let macro, let call): callBlock(macro, call, range, scope)
    case .filterBlock(let filter, let body): filterBlock(filter, body, range, scope)
    case .block(let block): self.block(block, range, scope)
    case .autoescape(let flag, let body): autoescape(flag, body, range, scope)
    case .scope(let body):
      let inner = scope.inner()
      inner.symbols.analyze(body)
      enter(inner)
      compile(body, inner)
      leave(inner)
    case .breakLoop:
      guard let loop = scope.loop else { return report("'break' outside of a loop", range) }
      loop.exits.append(emit(.jump(0), range, function))
    case .continueLoop:
      guard let loop = scope.loop else { return report("'continue' outside of a loop", range) }
      emit(.jump(loop.start), range, function)
    case .external(let tag): external(tag, range, function)
    }
  }

  private func external(_ tag: String, _ range: Range<Int>, _ function: FunctionBuilder) {
    let message =
      "'\(tag)' is not available: a template stands alone; put the other template's text in its place"
    if isChecking { report(message, range) }
    emit(.raise(addFailure(RenderFailure(.runtime, message))), range, function)
  }

  // MARK: Output

  private func emitText(_ string: String, _ range: Range<Int>, _ function: FunctionBuilder) {
    guard !string.isEmpty else { return }
    // Neighbouring texts become one; a jump never goes between them, as jumps end at statements.
    if function.program.joinsText, case .text(let last)? = function.program.code.last {
      if last >= 0, function.program.openText.isEmpty, let before = program.constants[last].asText {
        function.program.openText = Array(before.bytes)
      }
      function.program.openText += string.utf8
      return
    }
    closeText(function)
    // The constant is added when the text is whole.
    emit(.text(-1), range, function)
    function.program.openText = Array(string.utf8)
    function.program.joinsText = true
  }

  /// Gives the last text its constant; nothing is joined to it from here on.
  func closeText(_ function: FunctionBuilder) {
    if !function.program.openText.isEmpty, case .text? = function.program.code.last {
      let text = String(decoding: function.program.openText, as: UTF8.self)
      function.program.code[function.program.code.count - 1] = .text(addText(text))
    }
    function.program.openText = []
  }

  private func output(_ value: Expression, _ range: Range<Int>, _ scope: Scope) {
    if folds, scope.escape == .never || scope.escape == .dynamic && !scope.escapesConstants,
      scope.escape == .never || !folder.usesFilters(value), let text = folder.text(of: value)
    {
      return emitText(text, range, scope.function)
    }
    compile(value, scope)
    let function = scope.function
    if scope.escape == .never, case .name = value.kind, case .name(let name)? = function.program.code.last {
      function.program.code[function.program.code.count - 1] = .printName(name)
    } else {
      emit(.print(scope.escape), value.range, function)
    }
  }

  // MARK: Branches and loops

  private func conditional(
    _ branches: [(test: Expression, body: [Statement])], _ otherwise: [Statement], _ range: Range<Int>,
    _ scope: Scope
  ) {
    var scope = scope
    scope.isSoft = true
    let function = scope.function
    var exits: [Int] = []
    for (place, (test, body)) in branches.enumerated() {
      switch known(test, scope) {
      case true?:
        compile(body, scope)
        discard(scope) {
          for branch in branches[(place + 1)...] { compile(branch.body, scope) }
          compile(otherwise, scope)
        }
        if !exits.isEmpty { barrier(function) }
        for exit in exits { land(exit, function) }
        return
      case false?:
        discard(scope) { compile(body, scope) }
        continue
      case nil: break
      }
      compile(test, scope)
      let skip = emit(.jumpIfFalse(0), test.range, function)
      compile(body, scope)
      exits.append(emit(.jump(0), range, function))
      barrier(function)
      land(skip, function)
    }
    compile(otherwise, scope)
    if !exits.isEmpty { barrier(function) }
    for exit in exits { land(exit, function) }
  }

  /// What comes next may be jumped to, so that texts before and after stay apart.
  func barrier(_ function: FunctionBuilder) {
    closeText(function)
    function.program.joinsText = false
  }

  private func loop(_ loop: ForLoop, _ range: Range<Int>, _ scope: Scope) {
    let isExtended =
      loop.isRecursive || !UndeclaredNames.find(["loop"], in: loop.body).isEmpty
      || loop.body.blocks.contains(where: \.block.isScoped)
    if let place = loop.target.place(of: "loop") ?? loop.body.assignment(of: "loop")
      ?? loop.otherwise.assignment(of: "loop")
    {
      report("Can't assign to special loop variable in for-loop target", place)
    }
    if loop.isRecursive {
      let function = newFunction("loop", parent: scope.function)
      var inner = scope
      inner.function = function
      function.program.itemSlot = function.temporary("(items)")
      _ = function.temporary("(depth)")
      loopBody(loop, range, inner, isExtended: isExtended)
      finish(function)
      compile(loop.iterable, scope)
      emit(.recursiveLoop(function: function.index), range, scope.function)
    } else {
      loopBody(loop, range, scope, isExtended: isExtended)
    }
  }

  private func loopBody(_ loop: ForLoop, _ range: Range<Int>, _ outer: Scope, isExtended: Bool) {
    let function = outer.function
    var scope = outer.inner()
    scope.isLoop = true
    var loopSlot: Int?
    if isExtended { loopSlot = function.slot(scope.symbols.declareParameter("loop")) }
    scope.symbols.declare(loop.target)
    scope.symbols.analyze(loop.body)
    let test = loop.test.map { filterFunction(loop, $0, outer) }
    if let loopSlot { emit(.clear(loopSlot), range, function) }
    var ranSlot: Int?
    if !loop.otherwise.isEmpty {
      let slot = function.temporary("(empty)")
      emit(.constant(addConstant(.boolean(true))), range, function)
      emit(.store(slot), range, function)
      ranSlot = slot
    }
    if loop.isRecursive {
      emit(.slot(function.program.itemSlot), range, function)
    } else {
      compile(loop.iterable, outer)
    }
    if let test { emit(.filterItems(function: test), range, function) }
    if let loopSlot {
      emit(
        loop.isRecursive ? .beginRecursiveLoop(slot: loopSlot) : .beginExtendedLoop(slot: loopSlot),
        loop.iterable.range, function)
    } else {
      emit(.beginLoop, loop.iterable.range, function)
    }
    barrier(function)
    let labels = LoopLabels(start: here(function))
    scope.loop = labels
    let end = emit(.next(0), range, function)
    store(loop.target, scope)
    enter(scope)
    compile(loop.body, scope)
    if let ranSlot {
      emit(.constant(addConstant(.boolean(false))), range, function)
      emit(.store(ranSlot), range, function)
    }
    emit(.jump(labels.start), range, function)
    barrier(function)
    land(end, function)
    for exit in labels.exits { land(exit, function) }
    emit(.endLoop, range, function)
    leave(scope)
    guard let ranSlot else { return }
    emit(.slot(ranSlot), range, function)
    let skip = emit(.jumpIfFalse(0), range, function)
    var otherwise = outer.inner()
    otherwise.loop = outer.loop
    otherwise.symbols.analyze(loop.otherwise)
    enter(otherwise)
    compile(loop.otherwise, otherwise)
    leave(otherwise)
    barrier(function)
    land(skip, function)
  }

  /// The `if` of a loop as a function of the item.
  private func filterFunction(_ loop: ForLoop, _ test: Expression, _ outer: Scope) -> Int {
    let function = newFunction("loop filter", parent: outer.function)
    var scope = outer.inner()
    scope.function = function
    scope.loop = nil
    scope.symbols.declare(loop.target)
    scope.symbols.analyze(test)
    function.program.itemSlot = function.temporary("(item)")
    enter(scope)
    emit(.slot(function.program.itemSlot), test.range, function)
    store(loop.target, scope)
    compile(test, scope)
    // Jinja hands on what it unpacked, as a tuple again.
    if case .tuple = loop.target {
      compile(loop.target.expression, scope)
      function.program.givesItem = true
    }
    finish(function)
    return function.index
  }

  // MARK: Assignments

  /// Pops into a target.
  func store(_ target: Target, _ scope: Scope) {
    let function = scope.function
    switch target {
    case .name(let name, let range):
      let reference = scope.symbols.reference(name) ?? scope.symbols.declareParameter(name)
      emit(.store(function.slot(reference)), range, function)
    case .namespace(let name, let attribute, let range):
      compile(Expression(kind: .name(name), range: range), scope)
      emit(.setAttribute(addText(attribute)), range, function)
    case .tuple(let targets, let range):
      emit(.unpack(targets.count), range, function)
      for target in targets { store(target, scope) }
    }
  }

  private func requireNamespaces(_ target: Target, _ scope: Scope) {
    switch target {
    case .name: break
    case .namespace(let name, _, let range):
      compile(Expression(kind: .name(name), range: range), scope)
      emit(.requireNamespace, range, scope.function)
    case .tuple(let targets, _): for target in targets { requireNamespaces(target, scope) }
    }
  }

  private func assign(_ target: Target, _ value: Expression, _ range: Range<Int>, _ scope: Scope) {
    requireNamespaces(target, scope)
    compile(value, scope)
    store(target, scope)
    export(target.names, scope)
  }

  private func assignBlock(
    _ target: Target, _ filter: Expression?, _ body: [Statement], _ range: Range<Int>, _ scope: Scope
  ) {
    let inner = scope.inner()
    inner.symbols.analyze(body)
    enter(inner)
    emit(.beginCapture, range, scope.function)
    compileCaptured(body, inner)
    if let filter {
      compile(filter, inner)
      // Markup around whatever the filter gave, where escaping is on.
      if scope.escape != .never {
        emit(.filter(.safe, addSite(CallSite(name: "safe"))), range, scope.function)
      }
    } else {
      emit(.endCapture(scope.escape), range, scope.function)
    }
    store(target, scope)
    export(target.names, scope)
    leave(inner)
  }

  /// A body whose text is kept back; loop jumps may not leave it.
  func compileCaptured(_ body: [Statement], _ scope: Scope) {
    var scope = scope
    scope.loop = nil
    barrier(scope.function)
    compile(body, scope)
    barrier(scope.function)
  }

  private func with(
    _ values: [(Target, Expression)], _ body: [Statement], _ range: Range<Int>, _ scope: Scope
  ) {
    let inner = scope.inner()
    for (target, _) in values { inner.symbols.declare(target) }
    inner.symbols.analyze(body)
    enter(inner)
    for (target, value) in values {
      compile(value, scope)
      store(target, inner)
    }
    compile(body, inner)
    leave(inner)
  }
}

extension Target {
  /// The target read back.
  var expression: Expression {
    switch self {
    case .name(let name, let range): Expression(kind: .name(name), range: range)
    case .namespace(let name, let attribute, let range):
      Expression(
        kind: .attribute(Expression(kind: .name(name), range: range), attribute), range: range)
    case .tuple(let targets, let range):
      Expression(kind: .tuple(targets.map(\.expression)), range: range)
    }
  }

  var names: [String] {
    switch self {
    case .name(let name, _): [name]
    case .namespace: []
    case .tuple(let targets, _): targets.flatMap(\.names)
    }
  }
}
