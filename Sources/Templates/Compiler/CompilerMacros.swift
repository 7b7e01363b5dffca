/// Macros, and blocks of statements that are rendered aside.
extension Compiler {
  /// Compiles a macro; its index.
  func macro(_ macro: Macro, _ outer: Scope) -> Int {
    let function = newFunction(macro.name.map { "macro \($0)" } ?? "call block", parent: outer.function)
    var scope = outer.inner()
    scope.function = function
    scope.loop = nil
    for (name, _) in macro.parameters { _ = function.slot(scope.symbols.declareParameter(name)) }
    let names = macro.parameters.map(\.name)
    let special = UndeclaredNames.find(["caller", "kwargs", "varargs"], in: macro.body)
    var made = MacroProgram(
      name: macro.name, parameters: names, parameterSlots: [], function: function.index)
    if special.contains("caller") {
      if let place = names.firstIndex(of: "caller") {
        if place < names.count - macro.defaults.count {
          report(
            "When defining macros or call blocks the special \"caller\" argument must be omitted or be"
              + " given a default.", macro.parameters[place].range)
        }
      } else {
        made.callerSlot = function.slot(scope.symbols.declareParameter("caller"))
      }
    }
    if special.contains("kwargs"), !names.contains("kwargs") {
      made.keywordsSlot = function.slot(scope.symbols.declareParameter("kwargs"))
    }
    if special.contains("varargs"), !names.contains("varargs") {
      made.restSlot = function.slot(scope.symbols.declareParameter("varargs"))
    }
    scope.symbols.analyze(macro)
    enter(scope)
    for (place, parameter) in macro.parameters.enumerated() {
      let slot = function.slot(scope.symbols.reference(parameter.name) ?? "")
      made.parameterSlots.append(slot)
      let skip = emit(.jumpIfSet(slot: slot, 0), parameter.range, function)
      let defaultPlace = place - (macro.parameters.count - macro.defaults.count)
      if defaultPlace >= 0 {
        compile(macro.defaults[defaultPlace], scope)
      } else {
        emit(.notProvided(addText(parameter.name)), parameter.range, function)
      }
      emit(.store(slot), parameter.range, function)
      land(skip, function)
    }
    barrier(function)
    compile(macro.body, scope)
    finish(function)
    program.macros.append(made)
    return program.macros.count - 1
  }

  func callBlock(_ macro: Macro, _ call: Expression, _ range: Range<Int>, _ scope: Scope) {
    guard case .call(let callee, let arguments) = call.kind else { return }
    let made = self.macro(macro, scope)
    compileCall(callee, arguments, call.range, scope, caller: made)
    emit(.print(.verbatim), range, scope.function)
  }

  func filterBlock(_ filter: Expression, _ body: [Statement], _ range: Range<Int>, _ scope: Scope) {
    let inner = scope.inner()
    inner.symbols.analyze(body)
    inner.symbols.analyze(filter)
    enter(inner)
    emit(.beginCapture, range, scope.function)
    compileCaptured(body, inner)
    compile(filter, inner)
    emit(.print(.verbatim), range, scope.function)
    leave(inner)
  }

  func block(_ block: Block, _ range: Range<Int>, _ scope: Scope) {
    if block.isRequired {
      let message = "TemplateRuntimeError: Required block '\(block.name)' not found"
      emit(.raise(addFailure(RenderFailure(.runtime, message))), range, scope.function)
    }
    var use = BlockUse(name: block.name, scope: [])
    if block.isScoped {
      for (name, target) in scope.symbols.visibleStores() {
        if let place = scope.function.place(target) { use.scope.append((name, place.depth, place.slot)) }
      }
    }
    program.blockUses.append(use)
    emit(.block(program.blockUses.count - 1), range, scope.function)
  }

  func autoescape(_ flag: Expression, _ body: [Statement], _ range: Range<Int>, _ scope: Scope) {
    var inner = scope.inner()
    inner.symbols.analyze(flag)
    inner.symbols.analyze(body)
    enter(inner)
    compile(flag, inner)
    emit(.beginAutoescape, range, scope.function)
    switch folder.truth(of: flag) {
    case true?:
      inner.escape = .always
      inner.escapesConstants = true
    case false?:
      inner.escape = .never
      inner.escapesConstants = false
    case nil: inner.escape = .dynamic
    }
    barrier(scope.function)
    compile(body, inner)
    emit(.endAutoescape, range, scope.function)
    leave(inner)
  }
}
