import Bytes

/// Expressions: each leaves one value on the stack.
extension Compiler {
  func compile(_ expression: Expression, _ scope: Scope) {
    guard mayDescend(expression.range) else { return }
    let function = scope.function
    let range = expression.range
    if folds, let literal = folder.fold(expression, scope.escape) {
      emit(.constant(addLiteral(literal)), range, function)
      return
    }
    switch expression.kind {
    case .constant(let literal): emit(.constant(addLiteral(literal)), range, function)
    case .name(let name): compileName(name, range, scope)
    case .tuple(let items):
      for item in items { compile(item, scope) }
      emit(.tuple(items.count), range, function)
    case .list(let items):
      for item in items { compile(item, scope) }
      emit(.list(items.count), range, function)
    case .dictionary(let pairs):
      for (key, value) in pairs {
        compile(key, scope)
        compile(value, scope)
      }
      emit(.dictionary(pairs.count), range, function)
    case .attribute(let value, let name):
      compile(value, scope)
      emit(.attribute(addText(name)), range, function)
    case .item(let value, let key): item(value, key, range, scope)
    case .slice(let start, let stop, let step):
      bounds(start, stop, step, range, scope)
      emit(.sliceObject, range, function)
    case .call(let callee, let arguments): compileCall(callee, arguments, range, scope)
    case .filter(let operand, let name, let arguments): filter(operand, name, arguments, range, scope)
    case .test(let operand, let name, let arguments): test(operand, name, arguments, range, scope)
    case .unary(let operation, let operand):
      compile(operand, scope)
      emit(.unary(operation), range, function)
    case .binary(let operation, let left, let right):
      compile(left, scope)
      compile(right, scope)
      emit(.binary(operation), range, function)
    case .and(let left, let right):
      if let isTrue = known(left, scope) { return compile(isTrue ? right : left, scope) }
      compile(left, scope)
      let skip = emit(.and(0), range, function)
      compile(right, scope)
      land(skip, function)
    case .or(let left, let right):
      if let isTrue = known(left, scope) { return compile(isTrue ? left : right, scope) }
      compile(left, scope)
      let skip = emit(.or(0), range, function)
      compile(right, scope)
      land(skip, function)
    case .compare(let first, let rest): comparison(first, rest, range, scope)
    case .concatenation(let parts):
      for part in parts { compile(part, scope) }
      // Jinja folds constants without regard to escaping.
      let isFolded = folds && scope.escape == .always && folder.isConstant(expression)
      // And where escaping is not known, its own mark for that never reaches the joining.
      let joins = isFolded || scope.escape == .dynamic ? EscapeMode.never : scope.escape
      emit(.concatenate(parts.count, joins), range, function)
    case .conditional(let test, let then, let otherwise):
      conditional(test, then, otherwise, range, scope)
    }
  }

  /// Whether a condition holds, where that is the same for every record.
  func known(_ condition: Expression, _ scope: Scope) -> Bool? {
    folds && scope.escape == .never ? folder.truth(of: condition) : nil
  }

  private func compileName(_ name: String, _ range: Range<Int>, _ scope: Scope) {
    let function = scope.function
    if let target = scope.symbols.reference(name), let place = function.place(target) {
      emit(
        place.depth == 0 ? .slot(place.slot) : .outerSlot(depth: place.depth, slot: place.slot), range,
        function)
      if case .resolve = scope.symbols.load(of: target) { noteFree(name, range) }
      return
    }
    if !folds, name == "answer_choices", let constantChoices {
      for choice in constantChoices { emit(.constant(addText(choice)), range, function) }
      emit(.list(constantChoices.count), range, function)
      return
    }
    noteFree(name, range)
    emit(.name(addName(name)), range, function)
  }

  private func conditional(
    _ test: Expression, _ then: Expression, _ otherwise: Expression?, _ range: Range<Int>, _ scope: Scope
  ) {
    var scope = scope
    scope.isSoft = true
    let function = scope.function
    if let isTrue = known(test, scope) {
      if isTrue {
        compile(then, scope)
        return discard(scope) { if let otherwise { compile(otherwise, scope) } }
      }
      discard(scope) { compile(then, scope) }
      if let otherwise { return compile(otherwise, scope) }
      emit(.noElse(line: text.line(of: range.lowerBound)), range, function)
      return
    }
    compile(test, scope)
    let skip = emit(.jumpIfFalse(0), range, function)
    compile(then, scope)
    let exit = emit(.jump(0), range, function)
    land(skip, function)
    if let otherwise {
      compile(otherwise, scope)
    } else {
      emit(.noElse(line: text.line(of: range.lowerBound)), range, function)
    }
    land(exit, function)
  }

  private func comparison(
    _ first: Expression, _ rest: [(ComparisonOperator, Expression)], _ range: Range<Int>, _ scope: Scope
  ) {
    let function = scope.function
    compile(first, scope)
    var exits: [Int] = []
    for (place, (comparison, operand)) in rest.enumerated() {
      compile(operand, scope)
      if place == rest.count - 1 {
        emit(.compare(comparison), range, function)
      } else {
        exits.append(emit(.compareChained(comparison, 0), range, function))
      }
    }
    for exit in exits { land(exit, function) }
  }

  // MARK: Items

  private func item(_ value: Expression, _ key: Expression, _ range: Range<Int>, _ scope: Scope) {
    let function = scope.function
    // Among constants Jinja looks a slice up like any item: what has no slices gives an undefined value.
    if case .slice(let start, let stop, let step) = key.kind, folds {
      compile(value, scope)
      bounds(start, stop, step, range, scope)
      emit(.slice, range, function)
      return
    }
    if let list = constantList(value, scope) {
      compile(key, scope)
      emit(.itemOfConstant(list), range, function)
      return
    }
    compile(value, scope)
    compile(key, scope)
    emit(.item, range, function)
  }

  /// A list of literals, or the answer choices where they are constant; it is only read where this is asked.
  private func constantList(_ value: Expression, _ scope: Scope) -> Int? {
    var items: [Datum] = []
    switch value.kind {
    case .list(let elements), .tuple(let elements):
      guard !elements.isEmpty else { return nil }
      for element in elements {
        guard folds, let literal = folder.fold(element) else { return nil }
        items.append(program.constants[addLiteral(literal)])
      }
    case .name("answer_choices"):
      guard let constantChoices,
        scope.symbols.reference("answer_choices").map(scope.function.place) ?? nil == nil
      else { return nil }
      items = constantChoices.map { program.constants[addText($0)] }
    default: return nil
    }
    if case .tuple = value.kind { return (try? program.storage.tuple(items)).map(addConstant) }
    return (try? program.storage.list(items)).map(addConstant)
  }

  private func bounds(
    _ start: Expression?, _ stop: Expression?, _ step: Expression?, _ range: Range<Int>, _ scope: Scope
  ) {
    for bound in [start, stop, step] {
      if let bound {
        compile(bound, scope)
      } else {
        emit(.constant(addConstant(.none)), range, scope.function)
      }
    }
  }

  // MARK: Calls

  func addSite(_ site: CallSite) -> Int {
    site.isEmpty = site.count == 0
    program.sites.append(site)
    return program.sites.count - 1
  }

  /// Leaves a call's arguments on the stack; their description.
  private func arguments(_ arguments: Arguments, _ scope: Scope, caller: Int? = nil) -> CallSite {
    let site = CallSite()
    site.positional = arguments.positional.count
    for value in arguments.positional { compile(value, scope) }
    for (name, value) in arguments.keywords {
      compile(value, scope)
      site.keywords.append(name)
    }
    if let caller {
      emit(.macro(caller), 0..<0, scope.function)
      site.keywords.append("caller")
    }
    if let spread = arguments.spread {
      compile(spread, scope)
      site.hasSpread = true
    }
    if let spread = arguments.keywordSpread {
      compile(spread, scope)
      site.hasKeywordSpread = true
    }
    return site
  }

  func compileCall(
    _ callee: Expression, _ given: Arguments, _ range: Range<Int>, _ scope: Scope, caller: Int? = nil
  ) {
    if case .attribute(let receiver, let name) = callee.kind {
      compile(receiver, scope)
      // The attribute is looked up before the arguments are computed.
      if !given.expressions.allSatisfy(\.isLiteral) { emit(.rejectUndefined, range, scope.function) }
      let site = arguments(given, scope, caller: caller)
      site.name = name
      site.nameConstant = addText(name)
      site.stringMethod = StringMethod(rawValue: name)
      site.listMethod = ListMethod(rawValue: name)
      site.dictionaryMethod = DictionaryMethod(rawValue: name)
      emit(.method(addSite(site)), range, scope.function)
    } else {
      if case .name(let name) = callee.kind, !isVariable(name, scope) {
        check(given, ofFunction: name, range)
      }
      compile(callee, scope)
      emit(.call(addSite(arguments(given, scope, caller: caller))), range, scope.function)
    }
  }

  private func filter(
    _ operand: Expression?, _ name: String, _ given: Arguments, _ range: Range<Int>, _ scope: Scope
  ) {
    let function = scope.function
    let filter = Filter(rawValue: name).flatMap { $0.exists(in: environment) ? $0 : nil }
    // PromptSource's random choice among constants is made when the template is compiled, which it does for
    // each record: once in a rendering, however often the place is reached.
    var once: Int?
    if filter == .choice, let operand, folder.isConstant(operand) {
      once = emit(.once(slot: program.onceCount, 0), range, function)
      program.onceCount += 1
    }
    if let operand {
      if filter == .default || filter == .d, case .name(let guarded) = operand.kind { noteGuarded(guarded) }
      compile(operand, scope)
    } else {
      emit(.endCapture(scope.escape), range, function)
    }
    let site = arguments(given, scope)
    site.name = name
    let index = addSite(site)
    if let filter {
      check(given, of: filter, range)
      emit(.filter(filter, index), range, function)
    } else {
      unknown("filter", name, Filter.names(in: environment), range, scope)
      emit(.unknownFilter(index), range, function)
    }
    if let once, case .once(let slot, _) = function.program.code[once] {
      emit(.remember(slot), range, function)
      land(once, function)
    }
  }

  private func test(
    _ operand: Expression, _ name: String, _ given: Arguments, _ range: Range<Int>, _ scope: Scope
  ) {
    if name == "defined" || name == "undefined", case .name(let guarded) = operand.kind {
      noteGuarded(guarded)
    }
    compile(operand, scope)
    let site = arguments(given, scope)
    site.name = name
    let index = addSite(site)
    if let test = TestName(rawValue: name) {
      check(given, of: test, range)
      emit(.test(test, index), range, scope.function)
    } else {
      unknown("test", name, TestName.allCases.map(\.rawValue), range, scope)
      emit(.unknownFilter(index), range, scope.function)
    }
  }

  private func isVariable(_ name: String, _ scope: Scope) -> Bool {
    if fields.contains(name) { return true }
    guard let target = scope.symbols.reference(name) else { return false }
    if case .resolve = scope.symbols.load(of: target) { return false }
    return true
  }

  private func unknown(
    _ what: String, _ name: String, _ known: [String], _ range: Range<Int>, _ scope: Scope
  ) {
    guard isChecking || !scope.isSoft else { return }
    let nameRange = range.lowerBound..<range.lowerBound + name.utf8.count
    report("no \(what) named '\(name)'\(suggestion(for: name, among: known))", nameRange)
  }
}
